import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import type { IpFamily } from "../base/ip.ts";
import { canonicalIp } from "../base/ip.ts";
import type { Backend } from "./rules.ts";

/** One address and port behind a service's port, with what decides whether traffic goes there. */
export interface Endpoint extends Backend {
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  /** On this node. */
  readonly local: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

/** Which node looks: what is local, and which hints are meant for it. */
export interface Viewpoint {
  readonly node: string;
  readonly zone?: string;
}

/** The endpoints of a service in one family by `portName/PROTOCOL`, each list in the order of address and port. */
export function collectEndpoints(
  slices: Iterable<EndpointSlice>,
  family: IpFamily,
  { node }: Viewpoint,
): ReadonlyMap<string, readonly Endpoint[]> {
  const byPort = new Map<string, Map<string, Endpoint>>();
  for (const slice of slices) {
    if (slice.addressType !== family) continue;
    for (const port of slice.ports ?? []) {
      if (port.port === undefined || port.port === 0) continue;
      const key = `${port.name ?? ""}/${port.protocol ?? "TCP"}`;
      const found = byPort.get(key) ?? new Map<string, Endpoint>();
      byPort.set(key, found);
      for (const given of slice.endpoints ?? []) {
        const address = canonicalIp(given.addresses[0] ?? "");
        if (address === undefined) continue;
        const terminating = given.conditions?.terminating ?? false;
        const name = `${address}/${port.port}`;
        // A new pod may get the address of one that still ends: the running one counts.
        if (terminating && found.has(name)) continue;
        found.set(name, {
          address,
          port: port.port,
          ready: given.conditions?.ready ?? true,
          serving: given.conditions?.serving ?? true,
          terminating,
          local: node !== "" && given.nodeName === node,
          zoneHints: (given.hints?.forZones ?? []).map((hint) => hint.name),
          nodeHints: (given.hints?.forNodes ?? []).map((hint) => hint.name),
        });
      }
    }
  }
  return new Map([...byPort].map(([key, found]) => [key, [...found.values()].toSorted(byAddress)]));
}

/** The endpoints that a service's port uses on a node. */
export interface Usable {
  /** For the traffic policy Cluster. */
  readonly cluster: readonly Endpoint[];
  /** For the traffic policy Local. */
  readonly local: readonly Endpoint[];
  /** Both together, each once. */
  readonly reachable: readonly Endpoint[];
  /** Whether there is one anywhere in the cluster. */
  readonly any: boolean;
}

/**
 * Ready endpoints are used; where there is none, those that end but still serve, for each policy by itself.
 * https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-to-terminating-endpoints
 */
export function usableEndpoints(
  endpoints: readonly Endpoint[],
  uses: { readonly cluster: boolean; readonly local: boolean },
  viewpoint: Viewpoint,
): Usable {
  const ready = endpoints.filter((endpoint) => endpoint.ready);
  const ending = endpoints.filter((endpoint) => !endpoint.ready && endpoint.serving && endpoint.terminating);
  const near = uses.cluster ? preferredByHints(ready, viewpoint) : [];
  const cluster = !uses.cluster ? [] : near.length > 0 ? near : ending;
  if (!uses.local) return { cluster, local: [], reachable: cluster, any: cluster.length > 0 };
  const localReady = ready.filter((endpoint) => endpoint.local);
  const local = localReady.length > 0 ? localReady : ending.filter((endpoint) => endpoint.local);
  const reachable = uses.cluster ? [...new Set([...cluster, ...local])].toSorted(byAddress) : local;
  return { cluster, local, reachable, any: ready.length + ending.length > 0 };
}

/**
 * Hints count only if every ready endpoint has some and at least one is meant for this node or its zone.
 * https://kubernetes.io/docs/reference/networking/virtual-ips/#traffic-distribution
 */
function preferredByHints(ready: readonly Endpoint[], { node, zone }: Viewpoint): readonly Endpoint[] {
  if (ready.every((endpoint) => endpoint.nodeHints.length > 0)) {
    const meant = ready.filter((endpoint) => endpoint.nodeHints.includes(node));
    if (meant.length > 0) return meant;
  }
  if (zone !== undefined && ready.every((endpoint) => endpoint.zoneHints.length > 0)) {
    const meant = ready.filter((endpoint) => endpoint.zoneHints.includes(zone));
    if (meant.length > 0) return meant;
  }
  return ready;
}

function byAddress(left: Endpoint, right: Endpoint): number {
  if (left.address !== right.address) return left.address < right.address ? -1 : 1;
  return left.port - right.port;
}
