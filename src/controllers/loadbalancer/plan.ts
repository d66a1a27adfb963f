import type { Service } from "../../api/generated/core-v1.ts";
import { wantsLoadBalancer } from "../../api/core/v1/load-balancing.ts";
import { formatIp, type IpFamily, ipFamily, parseIp } from "../../base/ip.ts";
import { addressesOf, type IpRange, rangesContain } from "../../base/ip-range.ts";
import { nameKey } from "../../client/informer.ts";

/** What addresses there are, and who has which. */
export interface BalancerWorld {
  /** To be given away; undefined: services are answered at the nodes' own addresses. */
  readonly ranges: readonly IpRange[] | undefined;
  /** Of nodes: with ranges, of all of them, which no service may have; without, of those that may take this service's traffic. */
  readonly nodeAddresses: readonly string[];
  /** Ports of the nodes that services must leave alone, as `TCP/6443`. */
  readonly reservedPorts: readonly string[];
  /** All other services that have a load balancer, or get one at this moment, with their addresses. */
  readonly others: readonly Holder[];
}

export interface Holder {
  readonly service: Service;
  readonly addresses: readonly string[];
}

export type BalancerPlan =
  /** The service's addresses, in its order of families. */
  | { readonly type: "addresses"; readonly addresses: readonly string[] }
  /** It cannot have any now: a sentence. */
  | { readonly type: "wait"; readonly why: string }
  /** It is not ours. */
  | { readonly type: "none" };

/** Which addresses a service's load balancer has. What it has already it keeps, if it may have it. */
export function planBalancer(service: Service, world: BalancerWorld): BalancerPlan {
  if (!wantsLoadBalancer(service)) return { type: "none" };
  return world.ranges === undefined ? byNodes(service, world) : byRanges(service, world.ranges, world);
}

/** What a service says that it has. */
export function addressesIn({ status }: Service): readonly string[] {
  return (status.loadBalancer.ingress ?? []).flatMap(({ ip }) => (ip === undefined || ip === "" ? [] : [ip]));
}

function byRanges(service: Service, ranges: readonly IpRange[], world: BalancerWorld): BalancerPlan {
  const { others, nodeAddresses } = world;
  const taken = new Map<string, Service>();
  for (const { service: other, addresses } of others) {
    // Where two say to have one address, the elder has it.
    for (const address of addresses)
      if (!addressesIn(service).includes(address) || isElder(other, service)) taken.set(address, other);
  }
  const mayHave = (address: string) =>
    rangesContain(ranges, parseIp(address)!) && !taken.has(address) && !nodeAddresses.includes(address);
  const asked = service.spec.loadBalancerIP ?? "";
  const fixed = asked === "" ? undefined : parseIp(asked);
  if (asked !== "" && fixed === undefined) return { type: "wait", why: `loadBalancerIP ${asked} is no address` };
  const chosen: string[] = [];
  for (const family of service.spec.ipFamilies ?? ["IPv4"]) {
    if (fixed?.family === family) {
      const address = formatIp(fixed);
      if (!rangesContain(ranges, fixed)) return { type: "wait", why: `${address} is not in --load-balancer-range` };
      const owner = taken.get(address);
      if (owner !== undefined) return { type: "wait", why: `${address} is that of service ${nameKey(owner.metadata)}` };
      if (nodeAddresses.includes(address)) return { type: "wait", why: `${address} is that of a node` };
      chosen.push(address);
      continue;
    }
    const present = addressesIn(service).find((address) => ipFamily(address) === family && mayHave(address));
    const address = present ?? addressesOf(ranges, family as IpFamily).find(mayHave);
    if (address !== undefined) chosen.push(address);
  }
  return chosen.length > 0
    ? { type: "addresses", addresses: chosen }
    : { type: "wait", why: "no address is left in --load-balancer-range" };
}

function byNodes(service: Service, { nodeAddresses, reservedPorts, others }: BalancerWorld): BalancerPlan {
  const { loadBalancerIP: asked = "", ipFamilies = ["IPv4"] } = service.spec;
  const ports = portsOf(service);
  const reserved = ports.find((port) => reservedPorts.includes(port));
  if (reserved !== undefined) return { type: "wait", why: `port ${reserved} of the nodes is the cluster's own` };
  for (const { service: other, addresses } of others) {
    const mayBeFirst = addresses.length > 0 && (addressesIn(service).length === 0 || isElder(other, service));
    const port = mayBeFirst ? portsOf(other).find((one) => ports.includes(one)) : undefined;
    if (port !== undefined)
      return { type: "wait", why: `port ${port} of the nodes is that of service ${nameKey(other.metadata)}` };
  }
  const addresses = nodeAddresses.filter(
    (address) => ipFamilies.includes(ipFamily(address)) && (asked === "" || address === asked),
  );
  if (asked !== "" && addresses.length === 0)
    return { type: "wait", why: `${asked} is the address of no node, and there is no --load-balancer-range` };
  return { type: "addresses", addresses };
}

function portsOf({ spec }: Service): readonly string[] {
  return (spec.ports ?? []).map(({ protocol = "TCP", port }) => `${protocol}/${port}`);
}

function isElder({ metadata: a }: Service, { metadata: b }: Service): boolean {
  const [left, right] = [a.creationTimestamp ?? "", b.creationTimestamp ?? ""];
  return left === right ? nameKey(a) < nameKey(b) : left < right;
}
