import type { Service, ServicePort } from "../../api/generated/core-v1.ts";
import { followFirstAddress } from "../../api/core/v1/service-addresses.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { internalError, invalidError } from "../../machinery/status.ts";
import type { AdmissionPlugin } from "../admission/admission.ts";
import type { Lookup } from "../admission/lookup.ts";
import { Allocator, type Numbers, numbersToKeep, numbersToTry, type OpenNumbers } from "./allocator.ts";
import { ClusterIps } from "./cluster-ips.ts";
import { familiesFit, settleFamilies } from "./families.ts";

export interface ServiceAddressOptions {
  /** Such as `10.96.0.0/12`, or `10.96.0.0/16,fd00:10:96::/112` for services of both families, the usual one first. */
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
  const addresses = new ClusterIps(options.serviceCidr, clock, random);
  const { first, last } = options.nodePorts;
  const nodePorts = new Allocator(first, last, clock, random.stream("node-ports"));
  return {
    name: "ServiceAddresses",
    admit({ kind, operation, subresource, object, old, dryRun, reserved }) {
      if (kind.group !== "" || kind.kind !== "Service" || subresource !== "") return;
      const present = old as Service | undefined;
      if (present !== undefined && !dryRun) letGo(present, addresses, nodePorts);
      if (object === undefined || (operation !== "CREATE" && operation !== "UPDATE")) return;
      const service = object as unknown as DraftService;
      const used = inUse(lookup, present);
      const open: OpenNumbers = dryRun ? numbersToTry : (real) => numbersToKeep(real, reserved!);
      if (present !== undefined) {
        followFirstAddress(service.spec, present.spec);
        keepGiven(service, present);
      }
      if (needsAddress(service)) refuse(service, settleFamilies(service.spec, oldSpec(present), addresses.families));
      const ports = open(nodePorts, PORT_TO_TRY);
      // One that was made by its status has none, and gets none by an update.
      const goesWithout = present !== undefined && needsAddress(present) && present.spec.clusterIPs === undefined;
      const wantsAddress = needsAddress(service) && service.spec.clusterIP !== "None" && !goesWithout;
      if (wantsAddress && familiesFit(service.spec)) {
        const isGiven = (service.spec.clusterIP ?? "") === "";
        const issue = addresses.give(service.spec, present?.spec.clusterIPs ?? [], used.addresses, open);
        refuse(service, issue === undefined ? [] : [issue]);
        if (isGiven && !dryRun && hasNoName(service)) refuse(service, [unnamed(service.spec)]);
      }
      giveNodePorts(service, ports, used.nodePorts, present);
      giveHealthPort(service, ports, used.nodePorts, present);
    },
  };
}

/** The node port that stands for any in dry runs. */
const PORT_TO_TRY = 32_769;

/** What a stored service has is taken as long as it is stored, and free from the moment on at which it is not. */
function letGo({ spec }: Service, addresses: ClusterIps, nodePorts: Allocator): void {
  addresses.release(spec.clusterIPs ?? []);
  for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) nodePorts.release(nodePort);
  if (spec.healthCheckNodePort !== undefined) nodePorts.release(spec.healthCheckNodePort);
}

interface Used {
  readonly addresses: ReadonlySet<string>;
  readonly nodePorts: ReadonlySet<number>;
}

/** @param present the service itself, where it is there already */
function inUse(lookup: Lookup, present: Service | undefined): Used {
  const addresses = new Set<string>();
  const nodePorts = new Set<number>();
  for (const { metadata, spec } of lookup.list<Service>("core/services")) {
    if (metadata.uid === present?.metadata.uid) continue;
    for (const text of spec.clusterIPs ?? []) addresses.add(text);
    for (const { nodePort } of spec.ports ?? []) if (nodePort !== undefined) nodePorts.add(nodePort);
    if (spec.healthCheckNodePort !== undefined) nodePorts.add(spec.healthCheckNodePort);
  }
  return { addresses, nodePorts };
}

function oldSpec(old: Service | undefined): Service["spec"] | undefined {
  return old !== undefined && needsAddress(old) ? old.spec : undefined;
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
  refuse(service, [invalid(field, port, why)]);
}

/** @throws where there is anything to say against it */
function refuse(service: DraftService, issues: Parameters<typeof invalidError>[2]): void {
  if (issues.length > 0) throw invalidError({ group: "", name: "Service" }, service.metadata.name, issues);
}

/** A generated name is made after this. */
function hasNoName({ metadata }: DraftService): boolean {
  return (metadata.name ?? "") === "" && (metadata.generateName ?? "") === "";
}

/** Kubernetes notes down whose an address is before it looks at the Service's name, and cannot without. */
function unnamed({ clusterIP }: DraftService["spec"]): Issue {
  const why = `IPAddress.networking.k8s.io "${clusterIP}" is invalid: spec.parentRef.name: Required value`;
  return invalid("spec.clusterIPs", [""], `failed to allocate IP: ${why}`);
}
