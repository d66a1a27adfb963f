import type { ContainerPort, PodSpec } from "../../../generated/core-v1.ts";
import { eachContainer } from "../pod-spec/security.ts";

export function* portWarnings(spec: PodSpec, at: string): Iterable<string> {
  const known = new Map<string, { readonly port: ContainerPort; readonly field: string }[]>();
  const names = new Map<string, string>();
  const nameWarnings: string[] = [];
  for (const [container, here] of eachContainer(spec, at)) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const field = `${here}.ports[${index}]`;
      if (port.hostIP && !port.hostPort) yield `${field}: hostIP set without hostPort: ${shownPort(port)}`;
      const key = `${port.containerPort}/${port.protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const message = conflictOf(port, other.port);
        if (message !== undefined) yield `${field}: ${message} with ${other.field}`;
      }
      known.set(key, [...others, { port, field }]);
      if (!port.name) continue;
      const first = names.get(port.name);
      if (first === undefined) names.set(port.name, field);
      else {
        nameWarnings.push(
          `${field}: duplicate port name "${port.name}" with ${first}, services and probes that select ports by name will use ${first}`,
        );
      }
    }
  }
  yield* nameWarnings;
}

function conflictOf(port: ContainerPort, other: ContainerPort): string | undefined {
  const [hostPort, otherHostPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIp, otherHostIp] = [port.hostIP ?? "", other.hostIP ?? ""];
  if (hostIp === otherHostIp && hostPort === otherHostPort) return "duplicate port definition";
  if (hostPort === 0 || otherHostPort === 0) return "overlapping port definition";
  if (hostPort === otherHostPort && (hostIp === "") !== (otherHostIp === "")) {
    return "dangerously ambiguous port definition";
  }
  return undefined;
}

/** As Go prints the structure. */
function shownPort({ name = "", hostPort = 0, containerPort, protocol, hostIP }: ContainerPort): string {
  return `{Name:${name} HostPort:${hostPort} ContainerPort:${containerPort} Protocol:${protocol} HostIP:${hostIP}}`;
}
