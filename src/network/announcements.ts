import { nodesOfReadyEndpoints, takesOuterTraffic, wantsLoadBalancer } from "../api/core/v1/load-balancing.ts";
import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { type IpAddress, type IpNetwork, networkContains, parseIp, parseNetwork } from "../base/ip.ts";
import { type IpRange, rangesContain } from "../base/ip-range.ts";
import { sha256 } from "../base/sha256.ts";
import type { Neighbour } from "./heartbeats.ts";
import { linksOf } from "./links.ts";
import type { LinkRoute } from "./plan.ts";

export interface AnnouncementView {
  readonly ownName: string;
  /** The names of nodes that are to be passed over: nothing has been heard of them for a while. */
  readonly silent?: ReadonlySet<string>;
  readonly ranges: readonly IpRange[];
  readonly nodes: Iterable<Node>;
  readonly services: Iterable<Service>;
  /** Of one service. */
  readonly slicesOf: (service: Service) => Iterable<EndpointSlice>;
  /** Of this node. */
  readonly links: readonly LinkRoute[];
}

/** An address for which this node answers on a link. */
export interface Announcement {
  readonly address: string;
  readonly device: string;
}

/**
 * The addresses of load balancers for which this node answers. Every node comes to the same conclusion from the same objects: of
 * the live nodes on whose links an address is, the one whose hash with it is greatest; so a node that comes or goes moves only
 * what is its own. A service that wants its clients' addresses kept is answered only where its endpoints are.
 */
export function planAnnouncements(view: AnnouncementView): readonly Announcement[] {
  const { ownName, silent, ranges, services, slicesOf, links } = view;
  const live = [...view.nodes].filter(takesOuterTraffic).map(withNetworks);
  const announcements = new Map<string, Announcement>();
  for (const service of services) {
    const local = isLocal(service) ? nodesOfReadyEndpoints(slicesOf(service)) : undefined;
    for (const { text, address } of addressesOf(service, ranges)) {
      const able = live.filter((node) => hasOnLink(node, address) && (local === undefined || local.has(node.name)));
      const heard = able.filter(({ name }) => silent?.has(name) !== true);
      // That all of them are silent says more about who listens.
      if (chosen(heard.length > 0 ? heard : able, text) !== ownName) continue;
      const device = deviceOf(address, links);
      if (device !== undefined) announcements.set(text, { address: text, device });
    }
  }
  return announcements.values().toArray();
}

/**
 * With whom this node takes turns in answering: all that have one of the addresses on their links, if this one has.
 * @returns their names and InternalIPs
 */
export function planNeighbours({
  ownName,
  ranges,
  nodes,
  services,
}: Pick<AnnouncementView, "ownName" | "ranges" | "nodes" | "services">): readonly Neighbour[] {
  const addresses = [...services].flatMap((service) => addressesOf(service, ranges));
  const able = [...nodes].filter((node) => addresses.some(({ address }) => hasOnLink(withNetworks(node), address)));
  if (!able.some(({ metadata }) => metadata.name === ownName)) return [];
  return able.flatMap(({ metadata: { name }, status }) => {
    const own = status.addresses?.find(({ type }) => type === "InternalIP");
    return name === ownName || own === undefined ? [] : [{ name, address: own.address }];
  });
}

interface LinkedNode {
  readonly name: string;
  readonly networks: readonly IpNetwork[];
}

function withNetworks({ metadata }: Node): LinkedNode {
  return { name: metadata.name, networks: linksOf(metadata) ?? [] };
}

function hasOnLink({ networks }: LinkedNode, address: IpAddress): boolean {
  return networks.some((network) => networkContains(network, address));
}

function isLocal({ spec }: Service): boolean {
  return spec.externalTrafficPolicy === "Local";
}

/** The addresses of the ranges that a Service has, if it is ours to serve. */
function addressesOf(
  service: Service,
  ranges: readonly IpRange[],
): readonly { readonly text: string; readonly address: IpAddress }[] {
  if (!wantsLoadBalancer(service)) return [];
  return (service.status.loadBalancer.ingress ?? []).flatMap(({ ip: text }) => {
    const address = text === undefined ? undefined : parseIp(text);
    return text === undefined || address === undefined || !rangesContain(ranges, address) ? [] : [{ text, address }];
  });
}

function chosen(candidates: readonly { readonly name: string }[], address: string): string | undefined {
  let best: { readonly name: string; readonly score: bigint } | undefined;
  for (const { name } of candidates) {
    const score = new DataView(sha256(encoder.encode(`${name} ${address}`)).buffer).getBigUint64(0);
    if (best === undefined || score > best.score) best = { name, score };
  }
  return best?.name;
}

const encoder = new TextEncoder();

function deviceOf(address: IpAddress, links: readonly LinkRoute[]): string | undefined {
  let best: { readonly device: string; readonly length: number } | undefined;
  for (const { network: text, device, gateway } of links) {
    const network = gateway === undefined ? parseNetwork(text) : undefined;
    if (network === undefined || !networkContains(network, address)) continue;
    if (best === undefined || network.prefixLength > best.length) best = { device, length: network.prefixLength };
  }
  return best?.device;
}
