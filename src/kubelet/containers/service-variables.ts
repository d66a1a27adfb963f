import type { Service } from "../../api/generated/core-v1.ts";

/**
 * The variables by which containers find services: those of the pod's namespace where `enableServiceLinks` says so, and
 * always those of `default/kubernetes`, which in-cluster clients read.
 */
export function serviceVariables(
  services: Iterable<Service>,
  namespace: string,
  enableServiceLinks: boolean,
): ReadonlyMap<string, string> {
  const chosen = new Map<string, Service>();
  for (const service of services) {
    const address = service.spec.clusterIP ?? "";
    if (address === "" || address === "None") continue;
    const name = service.metadata.name;
    if (service.metadata.namespace === "default" && name === "kubernetes") {
      if (!chosen.has(name)) chosen.set(name, service);
    } else if (service.metadata.namespace === namespace && enableServiceLinks) {
      chosen.set(name, service);
    }
  }
  return new Map([...chosen.values()].flatMap(variablesOf));
}

function variablesOf(service: Service): [string, string][] {
  const prefix = variableName(service.metadata.name);
  const address = service.spec.clusterIP!;
  const ports = service.spec.ports ?? [];
  const variables: [string, string][] = [[`${prefix}_SERVICE_HOST`, address]];
  if (ports[0] !== undefined) variables.push([`${prefix}_SERVICE_PORT`, String(ports[0].port)]);
  for (const { name, port } of ports) {
    if (name !== undefined && name !== "")
      variables.push([`${prefix}_SERVICE_PORT_${variableName(name)}`, String(port)]);
  }
  for (const [index, { port, protocol = "TCP" }] of ports.entries()) {
    const scheme = protocol.toLowerCase();
    const url = `${scheme}://${address.includes(":") ? `[${address}]` : address}:${port}`;
    const link = `${prefix}_PORT_${port}_${protocol.toUpperCase()}`;
    if (index === 0) variables.push([`${prefix}_PORT`, url]);
    variables.push([link, url], [`${link}_PROTO`, scheme], [`${link}_PORT`, String(port)], [`${link}_ADDR`, address]);
  }
  return variables;
}

function variableName(text: string): string {
  return text.replaceAll("-", "_").toUpperCase();
}
