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
  /** The node of the machine within which this one is: whoever is not on its links reaches it by that. */
  readonly machine?: string | undefined;
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
  /** Whether the machine within which this node is passes something on by a tunnel of its own. */
  readonly isBehindTunnel: boolean;
  /** The nodes that cannot be reached, in sentences. */
  readonly problems: readonly string[];
}

export interface PodRoute {
  /** A network of pods, or the address of a node within a machine. */
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
const TUNNEL_OVERHEAD = 50;

/**
 * Decides for each other node: a route straight to it where each is on a link of the other, else the tunnel. Both ends come to the
 * same decision, since a tunnel needs two ends, and kernels drop what comes in by a way that they would not take themselves. A node
 * within a machine is on the links of that and its siblings alone: for all others the way is the one to and from the machine.
 */
export function planNetwork(view: NetworkView): NetworkPlan {
  const { own, nodes } = view;
  const routes: PodRoute[] = [];
  const peers = new Map<string, TunnelPeer>();
  const problems: string[] = [];
  let isBehindTunnel = false;
  // A node without any address has not said yet where it is.
  const others = nodes
    .filter(({ name, addresses }) => name !== own.name && addresses.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  for (const node of others) {
    const machine = machineBetween(view, node, others);
    for (const network of node.podCIDRs) {
      const way = wayTo(view, machine ?? node, familyOf(network));
      if (typeof way === "string")
        problems.push(`the pods of node ${node.name} in ${network} cannot be reached: ${way}`);
      else {
        const { via, device } = way;
        routes.push({ network, via, device });
        const address = addressOf(node, familyOf(network));
        // The machine's nodes are in nobody else's network: whoever speaks to one has to be told where it is.
        if (machine !== undefined && machine.name === node.machine && address !== undefined)
          routes.push({ network: address, via, device });
        if (way.end !== undefined) peers.set((machine ?? node).name, way.end);
      }
    }
    if (machine !== undefined && machine.name === own.machine) isBehindTunnel ||= !areOnLink(machine, node, view.mode);
  }
  return { routes, tunnel: tunnelOf(view, [...peers.values()]), isBehindTunnel, problems };
}

/** The MTU of pods: what they send must fit where it may have to go. */
export function podMtu(
  { tunnel, isBehindTunnel }: NetworkPlan,
  { mode, uplink }: Pick<NetworkView, "mode" | "uplink">,
): number {
  const isWhole = tunnel === undefined && !isBehindTunnel && mode !== "vxlan";
  return isWhole ? uplink.mtu : uplink.mtu - TUNNEL_OVERHEAD;
}

/** The machine by which a node is reached that is on no link: its own, or that of this node. */
function machineBetween({ own, links }: NetworkView, node: Peer, others: readonly Peer[]): Peer | undefined {
  const address = node.addresses[0]!;
  if (reaches(node, addressOf(own, familyOf(address))) && linkTo(address, links) !== undefined) return undefined;
  const named = [own.machine, node.machine].filter(
    (name) => name !== undefined && name !== node.name && name !== own.name,
  );
  return others.find(({ name }) => name === named[0]);
}

/** Where the packets to a node's pods go. */
interface Way {
  readonly via: string;
  readonly device: string;
  /** The other end of the tunnel, where that is the way. */
  readonly end?: TunnelPeer;
}

/** @returns a sentence where there is none */
function wayTo({ own, mode, links }: NetworkView, node: Peer, family: IpFamily): Way | string {
  const address = addressOf(node, family);
  const link =
    mode === "vxlan" || address === undefined || !reaches(node, addressOf(own, family))
      ? undefined
      : linkTo(address, links);
  if (link !== undefined) return { via: address!, device: link.device };
  const to = node.name;
  if (mode === "routes") {
    const what = address === undefined ? `${to} has no ${family} address` : `${address} is on no link of this node`;
    return `${what}, and --network routes forbids the way by VXLAN`;
  }
  const end = tunnelEndOf(node);
  const via = end?.addresses.find((text) => familyOf(text) === family);
  if (end === undefined || via === undefined || tunnelEndOf(own) === undefined)
    return `${to} is on no link of this node, and VXLAN goes between IPv4 addresses`;
  return { via, device: TUNNEL_DEVICE, end };
}

function tunnelOf({ own, uplink }: NetworkView, peers: readonly TunnelPeer[]): Tunnel | undefined {
  const end = tunnelEndOf(own);
  if (peers.length === 0 || end === undefined) return undefined;
  const { addresses, hardware, node: local } = end;
  const mtu = uplink.mtu - TUNNEL_OVERHEAD;
  const address = addresses.find((text) => !text.includes(":"))!;
  return { device: TUNNEL_DEVICE, local, uplink: uplink.device, mtu, address, hardware, peers };
}

/** Whether two other nodes reach each other without a tunnel, as far as they have said. */
function areOnLink(one: Peer, other: Peer, mode: NetworkMode): boolean {
  if (mode === "vxlan") return false;
  return reaches(one, addressOf(other, "IPv4")) && reaches(other, addressOf(one, "IPv4"));
}

function familyOf(text: string): IpFamily {
  return text.includes(":") ? "IPv6" : "IPv4";
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
