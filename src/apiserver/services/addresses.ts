import type { Service } from "../../api/generated/core-v1.ts";
import { followFirstAddress } from "../../api/core/v1/service-addresses.ts";
import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { invalidError } from "../../machinery/status.ts";
import type { AdmissionPlugin } from "../admission/admission.ts";
import type { Lookup } from "../admission/lookup.ts";
import { Allocator, numbersToKeep, portsToTry } from "./allocator.ts";
import { ClusterIps } from "./cluster-ips.ts";
import { familiesFit, settleFamilies } from "./families.ts";
import { changeNodePorts, giveHealthPort, giveNodePorts, keepGivenPorts } from "./node-ports.ts";

export interface ServiceAddressOptions {
  /** Such as `10.96.0.0/12`, or `10.96.0.0/16,fd00:10:96::/112` for services of both families, the usual one first. */
  readonly serviceCidr: string;
  readonly nodePorts: { readonly first: number; readonly last: number };
}

type DraftService = Mutable<Service>;

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
      if (present !== undefined) {
        keepGivenAddresses(service, present);
        keepGivenPorts(service, present);
        followFirstAddress(service.spec, present.spec);
      }
      if (needsAddress(service)) refuse(service, settleFamilies(service.spec, oldSpec(present), addresses.families));
      const held = heldAddresses(service, present);
      if (needsAddress(service) && service.spec.clusterIP !== "None" && familiesFit(service.spec)) {
        const isGiven = (service.spec.clusterIP ?? "") === "";
        const issue = addresses.give(service.spec, held, used.addresses, dryRun ? undefined : reserved!);
        refuse(service, issue === undefined ? [] : [issue]);
        if (isGiven && !dryRun && hasNoName(service)) refuse(service, [unnamed(service.spec)]);
      }
      const ports = dryRun ? portsToTry(nodePorts) : numbersToKeep(nodePorts, reserved!);
      if (present === undefined) giveNodePorts(service, ports, used.nodePorts);
      else changeNodePorts(service, present, ports, used.nodePorts);
      giveHealthPort(service, present, ports, used.nodePorts);
    },
  };
}

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

/** How many of its addresses an update leaves alone: it gives some to what had none by its type, and a second to what had one. */
function heldAddresses({ spec }: DraftService, old: Service | undefined): number {
  if (old === undefined || !needsAddress(old)) return 0;
  const isUpgraded = old.spec.clusterIP !== "None" && old.spec.ipFamilies?.length === 1;
  return isUpgraded && spec.clusterIPs !== undefined ? 1 : Infinity;
}

function needsAddress({ spec }: DraftService | Service): boolean {
  return spec.type !== "ExternalName";
}

/** An update that leaves out what the server gave means to keep it. */
function keepGivenAddresses(service: DraftService, old: Service): void {
  if (!needsAddress(old)) return;
  if (needsAddress(service)) {
    if (!service.spec.clusterIP && old.spec.clusterIP !== undefined) service.spec.clusterIP = old.spec.clusterIP;
    if ((service.spec.clusterIPs ?? []).length === 0 && old.spec.clusterIPs !== undefined)
      service.spec.clusterIPs = [...old.spec.clusterIPs];
    if (service.spec.ipFamilies === undefined && old.spec.ipFamilies !== undefined)
      service.spec.ipFamilies = [...old.spec.ipFamilies];
    if (service.spec.ipFamilyPolicy === undefined && old.spec.ipFamilyPolicy !== undefined)
      service.spec.ipFamilyPolicy = old.spec.ipFamilyPolicy;
  } else {
    // What was given goes with the type; what a person wrote stays for validation to judge.
    if (service.spec.clusterIP === old.spec.clusterIP && sameJson(service.spec.clusterIPs, old.spec.clusterIPs)) {
      delete service.spec.clusterIP;
      delete service.spec.clusterIPs;
    }
    if (service.spec.ipFamilies?.join() === old.spec.ipFamilies?.join()) delete service.spec.ipFamilies;
    if (service.spec.ipFamilyPolicy === old.spec.ipFamilyPolicy) delete service.spec.ipFamilyPolicy;
  }
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
