import { nodesOfReadyEndpoints, takesOuterTraffic, wantsLoadBalancer } from "../api/core/v1/load-balancing.ts";
import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { type IpAddress, networkContains, parseIp, parseNetwork } from "../base/ip.ts";
import { type IpRange, rangesContain } from "../base/ip-range.ts";
import { sha256 } from "../base/sha256.ts";
import { linksOf } from "./links.ts";
import type { LinkRoute } from "./plan.ts";

export interface AnnouncementView {
  readonly ownName: string;
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
  const { ownName, ranges, services, slicesOf, links } = view;
  const nodes = [...view.nodes].filter(takesOuterTraffic).map(({ metadata }) => ({
    name: metadata.name,
    networks: linksOf(metadata) ?? [],
  }));
  const announcements = new Map<string, Announcement>();
  for (const service of services) {
    if (!wantsLoadBalancer(service)) continue;
    const local = service.spec.externalTrafficPolicy === "Local" ? nodesOfReadyEndpoints(slicesOf(service)) : undefined;
    for (const { ip } of service.status.loadBalancer.ingress ?? []) {
      const address = ip === undefined ? undefined : parseIp(ip);
      if (ip === undefined || address === undefined || !rangesContain(ranges, address)) continue;
      const candidates = nodes.filter(
        ({ name, networks }) =>
          networks.some((network) => networkContains(network, address)) && (local === undefined || local.has(name)),
      );
      if (chosen(candidates, ip) !== ownName) continue;
      const device = deviceOf(address, links);
      if (device !== undefined) announcements.set(ip, { address: ip, device });
    }
  }
  return announcements.values().toArray();
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
