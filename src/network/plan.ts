import { type IpFamily, type IpNetwork, networkContains, parseIp, parseNetwork } from "../base/ip.ts";

/** How packets come to the pods of other nodes. */
export type NetworkMode = "auto" | "routes" | "vxlan";

/** A node as the others see it. */
export interface Peer {
  readonly name: string;
  /** Its InternalIPs, at most one of each family counts: the first. */
  readonly addresses: readonly string[];
  readonly podCIDRs: readonly string[];
  /** What is on its links, as it says itself; undefined where it has not yet said so. */
  readonly links?: readonly IpNetwork[] | undefined;
}

/** A route of the machine that is none of ours. */
export interface LinkRoute {
  /** Such as `192.0.2.0/24`, `0.0.0.0/0`. */
  readonly network: string;
  readonly device: string;
  /** Absent where whoever is in the network is reached on the link itself. */
  readonly gateway?: string;
}

export interface NetworkView {
  /** Of this node. */
  readonly own: Peer;
  /** All nodes of the cluster; whether this one is among them does not matter. */
  readonly nodes: readonly Peer[];
  readonly mode: NetworkMode;
  readonly links: readonly LinkRoute[];
  /** Of the device by which the node reaches the others, in bytes. */
  readonly uplink: { readonly device: string; readonly mtu: number };
}

/** What the kernel shall have for the pods of other nodes; nothing else of ours. */
export interface NetworkPlan {
  readonly routes: readonly PodRoute[];
  /** Absent where no node needs it. */
  readonly tunnel: Tunnel | undefined;
  /** The nodes that cannot be reached, in sentences. */
  readonly problems: readonly string[];
}

export interface PodRoute {
  /** The pods' network. */
  readonly network: string;
  readonly via: string;
  readonly device: string;
}

/** A VXLAN device; everything about it follows from the nodes' addresses, so that nobody has to tell anybody. */
export interface Tunnel {
  readonly device: string;
  /** This node's address, from which the outer packets come. */
  readonly local: string;
  readonly uplink: string;
  readonly mtu: number;
  /** This node's IPv4 address within the tunnel: the first of its pod network, which no pod has. */
  readonly address: string;
  readonly hardware: string;
  readonly peers: readonly TunnelPeer[];
}

export interface TunnelPeer {
  /** Within the tunnel: the first of its pod network of each family, which no pod has. */
  readonly addresses: readonly string[];
  readonly hardware: string;
  /** Where the outer packets go. */
  readonly node: string;
}

export const TUNNEL_DEVICE = "wherry.vxlan";
/** The outer headers: Ethernet 14, IPv4 20, UDP 8, VXLAN 8. */
export const TUNNEL_OVERHEAD = 50;

/**
 * Decides for each other node: a route straight to it where each is on a link of the other, else the tunnel. Both ends come to the
 * same decision, since a tunnel needs two ends, and kernels drop what comes in by a way that they would not take themselves.
 */
export function planNetwork(view: NetworkView): NetworkPlan {
  const { own, nodes, mode, uplink } = view;
  const routes: PodRoute[] = [];
  const peers = new Map<string, TunnelPeer>();
  const problems: string[] = [];
  const inTunnel = tunnelEndOf(own);
  // A node without any address has not said yet where it is.
  const others = nodes
    .filter(({ name, addresses }) => name !== own.name && addresses.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const node of others) {
    for (const network of node.podCIDRs) {
      const address = addressFor(node, network);
      const link =
        mode === "vxlan" || address === undefined || !reaches(node, addressFor(own, network))
          ? undefined
          : linkTo(address, view.links);
      const end = tunnelEndOf(node);
      if (link !== undefined) routes.push({ network, via: address!, device: link.device });
      else if (mode === "routes") problems.push(noLink(node, network, address));
      else if (end === undefined || inTunnel === undefined) problems.push(noTunnel(node, network));
      else {
        peers.set(node.name, end);
        routes.push({ network, via: firstOf(network), device: TUNNEL_DEVICE });
      }
    }
  }
  if (peers.size === 0 || inTunnel === undefined) return { routes, tunnel: undefined, problems };
  const { addresses, hardware, node: local } = inTunnel;
  const mtu = uplink.mtu - TUNNEL_OVERHEAD;
  const address = addresses.find((text) => !text.includes(":"))!;
  const ends = [...peers.values()];
  const tunnel = { device: TUNNEL_DEVICE, local, uplink: uplink.device, mtu, address, hardware, peers: ends };
  return { routes, tunnel, problems };
}

/** The MTU of pods: what they send must fit where it may have to go. */
export function podMtu({ tunnel }: NetworkPlan, { mode, uplink }: Pick<NetworkView, "mode" | "uplink">): number {
  return tunnel === undefined && mode !== "vxlan" ? uplink.mtu : uplink.mtu - TUNNEL_OVERHEAD;
}

function addressFor(node: Peer, network: string): string | undefined {
  const family = parseNetwork(network)?.family;
  return family === undefined ? undefined : addressOf(node, family);
}

function addressOf({ addresses }: Peer, family: IpFamily): string | undefined {
  return addresses.find((address) => parseIp(address)?.family === family);
}

/** Whether a node reaches an address of ours on its links, as far as it has said. */
function reaches({ links }: Peer, address: string | undefined): boolean {
  const own = address === undefined ? undefined : parseIp(address);
  return links === undefined || (own !== undefined && links.some((network) => networkContains(network, own)));
}

/** The most particular route to an address, if it needs no gateway. */
function linkTo(address: string, links: readonly LinkRoute[]): LinkRoute | undefined {
  const target = parseIp(address)!;
  let best: { readonly link: LinkRoute; readonly length: number } | undefined;
  for (const link of links) {
    const network = parseNetwork(link.network);
    if (network === undefined || !networkContains(network, target)) continue;
    if (best === undefined || network.prefixLength > best.length) best = { link, length: network.prefixLength };
  }
  return best?.link.gateway === undefined ? best?.link : undefined;
}

/** A node's end of the tunnel. It goes from one IPv4 address to another, and carries both families. */
function tunnelEndOf(node: Peer): TunnelPeer | undefined {
  const address = addressOf(node, "IPv4");
  const addresses = node.podCIDRs.map(firstOf);
  if (address === undefined || addresses.every((text) => text.includes(":"))) return undefined;
  const digits = parseIp(address)!.value.toString(16).padStart(8, "0");
  return { addresses, hardware: ["0e", "58", ...digits.match(/../g)!].join(":"), node: address };
}

function firstOf(network: string): string {
  return network.split("/")[0]!;
}

function noLink({ name }: Peer, network: string, address: string | undefined): string {
  const what = address === undefined ? `it has no address for ${network}` : `${address} is on no link of this node`;
  return `the pods of node ${name} cannot be reached: ${what}, and --network routes forbids the way by VXLAN`;
}

function noTunnel({ name }: Peer, network: string): string {
  return `the pods of node ${name} in ${network} cannot be reached: they are on no link of this node, and VXLAN goes between IPv4 addresses`;
}
