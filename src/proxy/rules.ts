import type { IpFamily } from "../base/ip.ts";

/**
 * What the kernel shall do with the traffic of all Services, as plain data: made by `planRules`, compared by
 * `diffRules`, put into nftables' words by `renderTransaction`. The two families never mix.
 */
export interface RuleSet {
  readonly frame: Frame;
  readonly families: ReadonlyMap<IpFamily, FamilyRules>;
  /** For each frontend of TCP and UDP that has endpoints: which of them its flows may lead to. */
  readonly flowTargets: FlowTargets;
  /** Health checks for outer load balancers, by `namespace/name` of the service. */
  readonly healthChecks: ReadonlyMap<string, HealthCheck>;
}

/** Endpoints (`10.244.1.7 8080`) by frontend (`tcp 10.96.0.1 80`; of node ports `tcp * 30080`). */
export type FlowTargets = ReadonlyMap<string, ReadonlySet<string>>;

export interface FamilyRules {
  readonly collections: Readonly<Record<Collection, ReadonlyMap<string, string>>>;
  /** Sets that remember which client went to which endpoint: name → seconds that a client is remembered. */
  readonly affinities: ReadonlyMap<string, number>;
  readonly chains: ReadonlyMap<string, readonly Rule[]>;
}

/**
 * The maps and sets through which traffic finds its service. Keys are destinations in nftables' form
 * (`10.96.0.1 . tcp . 443`, `tcp . 30080`), values are verdicts (`goto cluster/default/web/http/tcp`, `drop`), empty in sets.
 */
export type Collection = (typeof COLLECTIONS)[number];

export const COLLECTIONS = [
  /** Addresses that clients outside the cluster may reach only masqueraded; unknown ports of them are rejected. A set. */
  "cluster-addresses",
  /** ClusterIP, external IP or load balancer IP → its service's chain. */
  "service-addresses",
  "node-ports",
  /** Destinations without endpoints → reject or drop. */
  "unserved-addresses",
  "unserved-node-ports",
  /** Load balancer IPs with source ranges → the chain that checks them. */
  "guarded-addresses",
  /** `endpoint . endpoint . protocol . port` of this node's endpoints: one that reaches itself is masqueraded. A set. */
  "hairpins",
] as const;

/** One rule of a service's chain. */
export type Rule =
  /** The reply must come back through this node. `local`: only where the client is this node itself. */
  | { readonly kind: "masquerade"; readonly clients: "all" | "local" }
  | { readonly kind: "goto"; readonly clients: "all" | "local" | "pods"; readonly chain: string }
  | { readonly kind: "drop-unless-from"; readonly sources: readonly string[] }
  /** Sends each new connection to one of the endpoints, by chance. */
  | { readonly kind: "balance"; readonly protocol: Protocol; readonly endpoints: readonly Backend[] }
  /** Sends a remembered client to its endpoint, another one to one of them by chance. */
  | { readonly kind: "balance-sticky"; readonly endpoints: readonly StickyEndpoint[] }
  /** Remembers the client and sends it to the endpoint. */
  | { readonly kind: "send"; readonly affinity: string; readonly protocol: Protocol; readonly endpoint: Backend };

export type Protocol = "tcp" | "udp" | "sctp";

export interface Backend {
  readonly address: string;
  readonly port: number;
}

export interface StickyEndpoint {
  readonly affinity: string;
  readonly chain: string;
}

export interface HealthCheck {
  readonly port: number;
  /** How many ready endpoints this node has. */
  readonly localEndpoints: number;
}

/** What the rules of all services stand in. A change of it means that all is written anew. */
export interface Frame {
  readonly families: readonly IpFamily[];
  /** Networks of all pods of the cluster: who comes from elsewhere is masqueraded. Empty: nobody is told apart. */
  readonly clusterNetworks: readonly string[];
  /** Networks that ClusterIPs are taken from: traffic to those that no service has is dropped. */
  readonly serviceNetworks: readonly string[];
  /** Cluster addresses that a server on this node answers itself (the cluster's DNS): left alone. */
  readonly ownAddresses: readonly string[];
  /** Networks of this node's pods whose traffic to outside of the cluster leaves under the node's address. */
  readonly egressNetworks: readonly string[];
  /** Addresses of the node that take NodePort traffic; "all" means every local one but loopback. */
  readonly nodePortAddresses: "all" | readonly string[];
  /** Whether node ports work on 127.0.0.1, too: for a machine whose users work on it. */
  readonly loopbackNodePorts: boolean;
  /** This node's addresses, for source ranges that contain it. */
  readonly nodeAddresses: readonly string[];
  readonly masqueradeAll: boolean;
  /** The bit of the packet mark by which packets to be masqueraded are known. */
  readonly masqueradeMark: number;
}

export const defaultFrame: Frame = {
  families: ["IPv4"],
  clusterNetworks: [],
  serviceNetworks: [],
  ownAddresses: [],
  egressNetworks: [],
  nodePortAddresses: "all",
  loopbackNodePorts: false,
  nodeAddresses: [],
  masqueradeAll: false,
  masqueradeMark: 1 << 14,
};

export function destination(address: string, protocol: Protocol, port: number): string {
  return `${address} . ${protocol} . ${port}`;
}
