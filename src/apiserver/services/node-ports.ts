import type { Service, ServicePort } from "../../api/generated/core-v1.ts";
import { invalid } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { failure, internalError, invalidError } from "../../machinery/status.ts";
import type { Numbers } from "./allocator.ts";

type DraftService = Mutable<Service>;
type Ports = Mutable<ServicePort>[];

/** An update that leaves out the ports that the server gave means to keep them; a type without any lets go of them. */
export function keepGivenPorts(service: DraftService, old: Service): void {
  if (getsNodePorts(service) && getsNodePorts(old)) {
    const given = new Map((old.spec.ports ?? []).map(({ name = "", nodePort }) => [name, nodePort]));
    const chosen = new Set(portsOf(service).map(({ nodePort }) => nodePort));
    for (const port of portsOf(service)) {
      const before = given.get(port.name ?? "");
      if (!port.nodePort && before !== undefined && !chosen.has(before)) port.nodePort = before;
    }
  } else if (hasNodePorts(old) && !hasNodePorts(service)) {
    const known = new Set((old.spec.ports ?? []).map(({ nodePort }) => nodePort));
    const isNew = portsOf(service).some(({ nodePort }) => nodePort && !known.has(nodePort));
    if (!isNew) for (const port of portsOf(service)) delete port.nodePort;
  }
  const before = old.spec.healthCheckNodePort;
  if (needsHealthPort(service) && needsHealthPort(old)) {
    if (!service.spec.healthCheckNodePort && before !== undefined) service.spec.healthCheckNodePort = before;
  } else if (needsHealthPort(old) && service.spec.healthCheckNodePort === before) {
    delete service.spec.healthCheckNodePort;
  }
}

/** Gives the ports of a new service numbers of the nodes: one number may serve one port over several protocols. */
export function giveNodePorts(service: DraftService, numbers: Numbers, used: ReadonlySet<number>): void {
  if (!hasNodePorts(service)) return;
  const given = new Map<number, number>();
  for (const [index, port] of portsOf(service).entries()) {
    if (!port.nodePort && !getsNodePorts(service)) continue;
    const first = given.get(port.port);
    if (first === undefined) {
      const asked = portsOf(service).find((other) => other.port === port.port && other.nodePort)?.nodePort;
      if (asked !== undefined) claim(service, index, asked, numbers, used);
      port.nodePort = asked ?? takeNodePort(numbers, used);
      given.set(port.port, port.nodePort);
    } else if (!port.nodePort) port.nodePort = first;
    else if (port.nodePort !== first) claim(service, index, port.nodePort, numbers, used);
  }
}

/** The same for one that is changed. @throws {StatusError} 500 where a number stands twice, as in Kubernetes */
export function changeNodePorts(
  service: DraftService,
  old: Service,
  numbers: Numbers,
  used: ReadonlySet<number>,
): void {
  if (!hasNodePorts(service)) return;
  const held = new Set((old.spec.ports ?? []).map(({ nodePort }) => nodePort));
  const seen = new Set<string>();
  for (const [index, port] of portsOf(service).entries()) {
    if (!port.nodePort && !getsNodePorts(service)) continue;
    if (!port.nodePort) port.nodePort = takeNodePort(numbers, used);
    else if (!held.has(port.nodePort)) claim(service, index, port.nodePort, numbers, used);
    held.add(port.nodePort);
    const shown = `{${port.protocol} ${port.nodePort}}`;
    if (seen.has(shown)) throw failure(500, "", `duplicate nodePort: ${shown}`);
    seen.add(shown);
  }
}

/** The port at which a balancer asks a node whether it has endpoints. */
export function giveHealthPort(
  service: DraftService,
  old: Service | undefined,
  numbers: Numbers,
  used: ReadonlySet<number>,
): void {
  if (!needsHealthPort(service) || (old !== undefined && needsHealthPort(old))) return;
  const asked = service.spec.healthCheckNodePort;
  if (!asked) {
    service.spec.healthCheckNodePort = numbers.take(used)!;
    return;
  }
  const why = refusal(asked, numbers, used);
  if (why !== undefined)
    throw internalError(new Error(`failed to allocate requested HealthCheck NodePort ${asked}: ${why}`));
}

function portsOf({ spec }: DraftService): Ports {
  return (spec.ports ?? []) as Ports;
}

function hasNodePorts({ spec }: DraftService | Service): boolean {
  return spec.type === "NodePort" || spec.type === "LoadBalancer";
}

/** Balancers that need no ports of nodes have those alone that somebody chose. */
function getsNodePorts(service: DraftService | Service): boolean {
  return (
    hasNodePorts(service) && (service.spec.type === "NodePort" || service.spec.allocateLoadBalancerNodePorts !== false)
  );
}

function needsHealthPort({ spec }: DraftService | Service): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

function takeNodePort(numbers: Numbers, used: ReadonlySet<number>): number {
  const free = numbers.take(used);
  if (free === undefined) throw internalError(new Error("failed to allocate a nodePort: range is full"));
  return free;
}

function claim(
  { metadata }: DraftService,
  index: number,
  port: number,
  numbers: Numbers,
  used: ReadonlySet<number>,
): void {
  const why = refusal(port, numbers, used);
  if (why === undefined) return;
  const issue = invalid(`spec.ports[${index}].nodePort`, port, why);
  throw invalidError({ group: "", name: "Service" }, metadata.name, [issue]);
}

function refusal(port: number, numbers: Numbers, used: ReadonlySet<number>): string | undefined {
  const claimed = numbers.claim(port, used);
  if (claimed === "held") return undefined;
  if (claimed === "taken") return "provided port is already allocated";
  return `provided port is not in the valid range. The range of valid ports is ${numbers.first}-${numbers.last}`;
}
