import type { Service, ServicePort } from "../../api/generated/core-v1.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { invalid } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { internalError, invalidError } from "../../machinery/status.ts";
import type { AdmissionPlugin } from "../admission/admission.ts";
import type { Lookup } from "../admission/lookup.ts";
import { Allocator, type Numbers, numbersToTry } from "./allocator.ts";
import { addressText, parseAddress, parseRange, type Range } from "./range.ts";

export interface ServiceAddressOptions {
  /** Such as `10.96.0.0/12`. */
  readonly serviceCidr: string;
  readonly nodePorts: { readonly first: number; readonly last: number };
}

type DraftService = Mutable<Service>;
type Ports = Mutable<ServicePort>[];

/**
 * Gives Services their cluster IP and node ports, keeps them over updates, and refuses those that are taken. It runs as
 * the last admission plugin, so that everything it looks at has its final form.
 */
export function serviceAddresses(
  options: ServiceAddressOptions,
  lookup: Lookup,
  clock: Clock,
  random: Random,
): AdmissionPlugin {
  const range = parseRange(options.serviceCidr);
  const addresses = new Allocator(range.first + 1, range.last - 1, clock, random.stream("cluster-ips"));
  const { first, last } = options.nodePorts;
  const nodePorts = new Allocator(first, last, clock, random.stream("node-ports"));
  return {
    name: "ServiceAddresses",
    admit({ kind, operation, subresource, object, old, dryRun }) {
      if (kind.group !== "" || kind.kind !== "Service" || subresource !== "") return;
      const present = old as Service | undefined;
      if (present !== undefined && !dryRun) letGo(present, addresses, nodePorts);
      if (object === undefined || (operation !== "CREATE" && operation !== "UPDATE")) return;
      const service = object as unknown as DraftService;
      const used = inUse(lookup, service);
      if (present !== undefined) keepGiven(service, present);
      setFamilies(service);
      const ports = dryRun ? numbersToTry(nodePorts, PORT_TO_TRY) : nodePorts;
      giveAddress(service, present, dryRun ? numbersToTry(addresses, range.first) : addresses, used.addresses, range);
      giveNodePorts(service, ports, used.nodePorts, present);
      giveHealthPort(service, ports, used.nodePorts, present);
    },
  };
}

/** The node port that stands for any in dry runs. */
const PORT_TO_TRY = 32_769;

/** What a stored service has is taken as long as it is stored, and free from the moment on at which it is not. */
function letGo({ spec }: Service, addresses: Allocator, nodePorts: Allocator): void {
  for (const text of spec.clusterIPs ?? []) {
    const address = parseAddress(text);
    if (address !== undefined) addresses.release(address);
  }
  for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) nodePorts.release(nodePort);
  if (spec.healthCheckNodePort !== undefined) nodePorts.release(spec.healthCheckNodePort);
}

interface Used {
  readonly addresses: ReadonlySet<number>;
  readonly nodePorts: ReadonlySet<number>;
}

function inUse(lookup: Lookup, except: DraftService): Used {
  const addresses = new Set<number>();
  const nodePorts = new Set<number>();
  for (const { metadata, spec } of lookup.list<Service>("core/services")) {
    if (metadata.name === except.metadata.name && metadata.namespace === except.metadata.namespace) continue;
    for (const text of spec.clusterIPs ?? []) {
      const address = parseAddress(text);
      if (address !== undefined) addresses.add(address);
    }
    for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) nodePorts.add(nodePort);
    if (spec.healthCheckNodePort !== undefined) nodePorts.add(spec.healthCheckNodePort);
  }
  return { addresses, nodePorts };
}

function needsAddress({ spec }: DraftService | Service): boolean {
  return spec.type !== "ExternalName";
}

function needsNodePorts({ spec }: DraftService | Service): boolean {
  if (spec.type === "NodePort") return true;
  return spec.type === "LoadBalancer" && spec.allocateLoadBalancerNodePorts !== false;
}

/** An update that leaves out what the server gave means to keep it. */
function keepGiven(service: DraftService, old: Service): void {
  if (needsAddress(service) && needsAddress(old)) {
    if ((service.spec.clusterIP ?? "") === "" && old.spec.clusterIP !== undefined)
      service.spec.clusterIP = old.spec.clusterIP;
    if (
      (service.spec.clusterIPs ?? []).length === 0 &&
      old.spec.clusterIPs !== undefined &&
      service.spec.clusterIP === old.spec.clusterIP
    ) {
      service.spec.clusterIPs = [...old.spec.clusterIPs];
    }
    if (service.spec.ipFamilies === undefined && old.spec.ipFamilies !== undefined)
      service.spec.ipFamilies = [...old.spec.ipFamilies];
    if (service.spec.ipFamilyPolicy === undefined && old.spec.ipFamilyPolicy !== undefined)
      service.spec.ipFamilyPolicy = old.spec.ipFamilyPolicy;
  } else if (!needsAddress(service)) {
    // What was given goes with the type; what a person wrote stays for validation to judge.
    if (service.spec.clusterIP === old.spec.clusterIP) delete service.spec.clusterIP;
    if (service.spec.clusterIPs?.join() === old.spec.clusterIPs?.join()) delete service.spec.clusterIPs;
    if (service.spec.ipFamilies?.join() === old.spec.ipFamilies?.join()) delete service.spec.ipFamilies;
    if (service.spec.ipFamilyPolicy === old.spec.ipFamilyPolicy) delete service.spec.ipFamilyPolicy;
  }
  if (needsNodePorts(service) && needsNodePorts(old)) {
    const given = new Map((old.spec.ports ?? []).map((port) => [portKey(port), port.nodePort]));
    const chosen = new Set((service.spec.ports ?? []).map((port) => port.nodePort));
    for (const port of (service.spec.ports ?? []) as Ports) {
      const before = given.get(portKey(port));
      if (port.nodePort === undefined && before !== undefined && !chosen.has(before)) port.nodePort = before;
    }
  } else if (!needsNodePorts(service)) {
    const given = new Set((old.spec.ports ?? []).map((port) => port.nodePort));
    for (const port of (service.spec.ports ?? []) as Ports) if (given.has(port.nodePort)) delete port.nodePort;
  }
  if (
    needsHealthPort(service) &&
    needsHealthPort(old) &&
    service.spec.healthCheckNodePort === undefined &&
    old.spec.healthCheckNodePort !== undefined
  ) {
    service.spec.healthCheckNodePort = old.spec.healthCheckNodePort;
  } else if (!needsHealthPort(service) && service.spec.healthCheckNodePort === old.spec.healthCheckNodePort) {
    delete service.spec.healthCheckNodePort;
  }
}

function portKey({ protocol = "TCP", port }: Pick<ServicePort, "protocol" | "port">): string {
  return `${protocol}/${port}`;
}

function setFamilies(service: DraftService): void {
  const { spec } = service;
  if (!needsAddress(service)) return;
  if (spec.clusterIPs === undefined && (spec.clusterIP ?? "") !== "") spec.clusterIPs = [spec.clusterIP!];
  if (spec.ipFamilyPolicy === undefined) {
    const headlessByHand = spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;
    spec.ipFamilyPolicy = headlessByHand && spec.ipFamilies === undefined ? "RequireDualStack" : "SingleStack";
  }
  if (spec.ipFamilies === undefined) {
    spec.ipFamilies =
      spec.ipFamilyPolicy === "RequireDualStack" && spec.clusterIP === "None" ? ["IPv4", "IPv6"] : ["IPv4"];
  }
  if (spec.ipFamilyPolicy === "RequireDualStack" && spec.clusterIP !== "None") {
    const why = "this cluster is not configured for dual-stack services";
    throw refused(service, invalid("spec.ipFamilyPolicy", spec.ipFamilyPolicy, why));
  }
  const other = spec.ipFamilies.findIndex((family) => family !== "IPv4");
  if (other >= 0 && spec.clusterIP !== "None") {
    throw refused(
      service,
      invalid(`spec.ipFamilies[${other}]`, spec.ipFamilies[other], "not configured on this cluster"),
    );
  }
}

function giveAddress(
  service: DraftService,
  old: Service | undefined,
  addresses: Numbers,
  used: ReadonlySet<number>,
  range: Range,
): void {
  const { spec } = service;
  if (!needsAddress(service) || spec.clusterIP === "None") return;
  if ((spec.clusterIP ?? "") === "") {
    // Addresses without a first one are validation's to refuse.
    if ((spec.clusterIPs ?? []).length > 0) return;
    const given = addresses.take(used);
    if (given === undefined) throw internalError(new Error(`failed to allocate a serviceIP: range is full`));
    spec.clusterIP = addressText(given);
    spec.clusterIPs = [spec.clusterIP];
    return;
  }
  if (spec.clusterIP === old?.spec.clusterIP) return;
  const address = parseAddress(spec.clusterIP!);
  // What is no address at all is validation's to tell.
  if (address === undefined) return;
  const claimed = addresses.claim(address, used);
  if (claimed === "held") return;
  const why = claimed === "taken" ? "provided IP is already allocated" : outsideText(address, range);
  throw refused(
    service,
    invalid("spec.clusterIPs", spec.clusterIPs, `failed to allocate IP ${spec.clusterIP}: ${why}`),
  );
}

/** The first and the last address of the range stand in it, and are nobody's. */
function outsideText(address: number, { first, last, text }: Range): string {
  if (address < first || address > last) return "the provided network does not match the current range";
  return `the provided IP is not in the valid range. The range of valid IPs is ${text}`;
}

function giveNodePorts(
  service: DraftService,
  allocator: Numbers,
  used: ReadonlySet<number>,
  old: Service | undefined,
): void {
  if (!needsNodePorts(service)) return;
  const own = new Set((old?.spec.ports ?? []).map((port) => port.nodePort));
  /** One number may serve one port over several protocols. */
  const given = new Map<number, number>();
  for (const [index, port] of ((service.spec.ports ?? []) as Ports).entries()) {
    if (port.nodePort === undefined || port.nodePort === 0) {
      const free = given.get(port.port) ?? allocator.take(used);
      if (free === undefined) throw internalError(new Error("failed to allocate a nodePort: range is full"));
      port.nodePort = free;
    } else if (!own.has(port.nodePort) && ![...given.values()].includes(port.nodePort)) {
      claimPort(service, `spec.ports[${index}].nodePort`, port.nodePort, allocator, used);
    }
    given.set(port.port, port.nodePort);
  }
}

function needsHealthPort({ spec }: DraftService | Service): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

function giveHealthPort(
  service: DraftService,
  allocator: Numbers,
  used: ReadonlySet<number>,
  old: Service | undefined,
): void {
  if (!needsHealthPort(service)) return;
  const { spec } = service;
  if (spec.healthCheckNodePort === undefined || spec.healthCheckNodePort === 0) {
    spec.healthCheckNodePort = allocator.take(used)!;
  } else if (spec.healthCheckNodePort !== old?.spec.healthCheckNodePort) {
    claimPort(service, "spec.healthCheckNodePort", spec.healthCheckNodePort, allocator, used);
  }
}

function claimPort(
  service: DraftService,
  field: string,
  port: number,
  allocator: Numbers,
  used: ReadonlySet<number>,
): void {
  const claimed = allocator.claim(port, used);
  if (claimed === "held") return;
  const why =
    claimed === "taken"
      ? "provided port is already allocated"
      : `provided port is not in the valid range. The range of valid ports is ${allocator.first}-${allocator.last}`;
  throw refused(service, invalid(field, port, why));
}

function refused(service: DraftService, issue: Parameters<typeof invalidError>[2][number]): Error {
  return invalidError({ group: "", name: "Service" }, service.metadata.name, [issue]);
}
