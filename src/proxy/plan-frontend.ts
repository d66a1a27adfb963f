import { networkContains, parseIp, parseNetwork } from "../base/ip.ts";
import type { Endpoint, Usable, Viewpoint } from "./endpoints.ts";
import { usableEndpoints } from "./endpoints.ts";
import type { Frontend } from "./frontends.ts";
import { isExternallyAccessible } from "./frontends.ts";
import type { Collection, Frame, Rule } from "./rules.ts";
import { destination } from "./rules.ts";

/** What one service, or one port of it, adds to the rules of a family. */
export interface FamilyPart {
  readonly elements: readonly (readonly [Collection, key: string, value: string])[];
  readonly affinities: readonly (readonly [name: string, seconds: number])[];
  readonly chains: readonly (readonly [name: string, rules: readonly Rule[]])[];
}

export interface FrontendPlan {
  readonly part: FamilyPart;
  readonly flowTargets: readonly (readonly [frontend: string, endpoints: ReadonlySet<string>])[];
}

/** What one port of a service, in one family, adds to the rules. */
export function planFrontend(
  frontend: Frontend,
  endpoints: readonly Endpoint[],
  viewpoint: Viewpoint,
  frame: Frame,
): FrontendPlan {
  const external = isExternallyAccessible(frontend);
  const uses = {
    // The policy Local still lets this node's own clients reach all endpoints by the outer addresses.
    cluster: !frontend.internalLocal || external,
    local: frontend.internalLocal || (frontend.externalLocal && external),
  };
  const usable = usableEndpoints(endpoints, uses, viewpoint);
  const routes = routesOf(frontend, usable);
  const servedHere = frame.ownAddresses.includes(frontend.clusterIp);
  const part: FamilyPart = {
    elements: [
      ...(servedHere ? [] : internalElements(frontend, routes)),
      ...externalElements(frontend, routes),
      ...usable.reachable.filter((endpoint) => endpoint.local).map((endpoint) => hairpin(frontend, endpoint)),
    ],
    affinities:
      frontend.affinitySeconds === undefined
        ? []
        : usable.reachable.map((endpoint) => [affinityOf(frontend, endpoint), frontend.affinitySeconds!] as const),
    chains: [
      ...policyChain(frontend, "cluster", usable.cluster),
      ...policyChain(frontend, "local", usable.local),
      ...externalChain(frontend, routes, external),
      ...guardChain(frontend, frame),
      ...stickyChains(frontend, usable.reachable),
    ],
  };
  return { part, flowTargets: frontend.protocol === "sctp" ? [] : flowTargetsOf(frontend, endpoints, servedHere) };
}

/** Where each kind of traffic goes: to a chain, or nowhere. */
interface Routes {
  readonly internal: string | undefined;
  readonly external: string | undefined;
  readonly any: boolean;
}

function routesOf(frontend: Frontend, usable: Usable): Routes {
  const byPolicy = (local: boolean) => {
    if (local) return usable.local.length > 0 ? chainOf(frontend, "local") : undefined;
    return usable.any ? chainOf(frontend, "cluster") : undefined;
  };
  return {
    internal: byPolicy(frontend.internalLocal),
    external: byPolicy(frontend.externalLocal),
    any: usable.any,
  };
}

type Element = readonly [Collection, key: string, value: string];

/**
 * Without any endpoint a client is refused. If only the policy keeps it from one, its packets are dropped: another node
 * may serve it.
 */
function refusal({ any }: Routes): string {
  return any ? "drop" : "goto refuse";
}

function internalElements({ clusterIp, protocol, port }: Frontend, routes: Routes): readonly Element[] {
  const key = destination(clusterIp, protocol, port);
  return [
    ["cluster-addresses", clusterIp, ""],
    routes.internal === undefined
      ? ["unserved-addresses", key, refusal(routes)]
      : ["service-addresses", key, `goto ${routes.internal}`],
  ];
}

function externalElements(frontend: Frontend, routes: Routes): readonly Element[] {
  const { protocol, port, nodePort, loadBalancerIps, sourceRanges } = frontend;
  const elements: Element[] = [];
  const chain = `goto ${chainOf(frontend, "external")}`;
  const add = (served: Collection, unserved: Collection, key: string) => {
    if (routes.any) elements.push([served, key, chain]);
    if (routes.external === undefined) elements.push([unserved, key, refusal(routes)]);
  };
  for (const address of [...frontend.externalIps, ...loadBalancerIps]) {
    add("service-addresses", "unserved-addresses", destination(address, protocol, port));
  }
  if (sourceRanges.length > 0) {
    for (const address of loadBalancerIps) {
      elements.push(["guarded-addresses", destination(address, protocol, port), `goto ${chainOf(frontend, "guard")}`]);
    }
  }
  if (nodePort !== 0) add("node-ports", "unserved-node-ports", `${protocol} . ${nodePort}`);
  return elements;
}

function hairpin({ protocol }: Frontend, { address, port }: Endpoint): Element {
  return ["hairpins", `${address} . ${destination(address, protocol, port)}`, ""];
}

type NamedChain = readonly [name: string, rules: readonly Rule[]];

/** Spreads traffic over the endpoints of one traffic policy. */
function policyChain(
  frontend: Frontend,
  policy: "cluster" | "local",
  endpoints: readonly Endpoint[],
): readonly NamedChain[] {
  if (endpoints.length === 0) return [];
  const rule: Rule =
    frontend.affinitySeconds === undefined
      ? { kind: "balance", protocol: frontend.protocol, endpoints: endpoints.map(toBackend) }
      : {
          kind: "balance-sticky",
          endpoints: endpoints.map((endpoint) => ({
            affinity: affinityOf(frontend, endpoint),
            chain: endpointChain(frontend, endpoint),
          })),
        };
  return [[chainOf(frontend, policy), [rule]]];
}

/** What traffic to node ports, external IPs and load balancer IPs passes before it reaches its policy's chain. */
function externalChain(frontend: Frontend, routes: Routes, external: boolean): readonly NamedChain[] {
  if (!routes.any || !external) return [];
  const rules: Rule[] = [];
  if (frontend.externalLocal) {
    // Pods and the node itself come as if from an outer load balancer that can choose any node; others keep their address.
    const chain = chainOf(frontend, "cluster");
    rules.push({ kind: "goto", clients: "pods", chain });
    rules.push({ kind: "masquerade", clients: "local" });
    rules.push({ kind: "goto", clients: "local", chain });
  } else {
    rules.push({ kind: "masquerade", clients: "all" });
  }
  if (routes.external !== undefined) rules.push({ kind: "goto", clients: "all", chain: routes.external });
  return [[chainOf(frontend, "external"), rules]];
}

/** Checks source ranges. A node that is in one may come under the load balancer's address too, which it may have itself. */
function guardChain(frontend: Frontend, frame: Frame): readonly NamedChain[] {
  const { sourceRanges, loadBalancerIps } = frontend;
  if (sourceRanges.length === 0 || loadBalancerIps.length === 0) return [];
  const networks = sourceRanges.map((range) => parseNetwork(range)!);
  const own = frame.nodeAddresses.map(parseIp).filter((address) => address !== undefined);
  const includesNode = networks.some((network) => own.some((address) => networkContains(network, address)));
  const sources = includesNode ? [...sourceRanges, ...loadBalancerIps] : sourceRanges;
  return [[chainOf(frontend, "guard"), [{ kind: "drop-unless-from", sources }]]];
}

function stickyChains(frontend: Frontend, reachable: readonly Endpoint[]): readonly NamedChain[] {
  if (frontend.affinitySeconds === undefined) return [];
  return reachable.map((endpoint) => [
    endpointChain(frontend, endpoint),
    [
      {
        kind: "send",
        affinity: affinityOf(frontend, endpoint),
        protocol: frontend.protocol,
        endpoint: toBackend(endpoint),
      },
    ],
  ]);
}

/**
 * A flow to an endpoint that serves is left alone, whatever the policies say by now. A service without endpoints has its
 * flows left alone, too.
 */
function flowTargetsOf(
  frontend: Frontend,
  endpoints: readonly Endpoint[],
  servedHere: boolean,
): FrontendPlan["flowTargets"] {
  const serving = new Set(
    endpoints.filter((endpoint) => endpoint.serving).map(({ address, port }) => `${address} ${port}`),
  );
  if (serving.size === 0) return [];
  const outer = [...frontend.loadBalancerIps, ...frontend.externalIps];
  const addresses = servedHere ? outer : [frontend.clusterIp, ...outer];
  const frontends = addresses.map((address) => `${frontend.protocol} ${address} ${frontend.port}`);
  if (frontend.nodePort !== 0) frontends.push(`${frontend.protocol} * ${frontend.nodePort}`);
  return frontends.map((name) => [name, serving]);
}

function chainOf(
  { service, portName, protocol }: Frontend,
  purpose: "cluster" | "local" | "external" | "guard",
): string {
  return `${purpose}/${service}/${portName}/${protocol}`;
}

function endpointChain(frontend: Frontend, endpoint: Endpoint): string {
  return perEndpoint("endpoint", frontend, endpoint);
}

function affinityOf(frontend: Frontend, endpoint: Endpoint): string {
  return perEndpoint("affinity", frontend, endpoint);
}

/** Names in nftables know no colons: those of IPv6 addresses become underscores. */
function perEndpoint(purpose: string, { service, portName, protocol }: Frontend, { address, port }: Endpoint): string {
  return `${purpose}/${service}/${portName}/${protocol}/${address.replaceAll(":", "_")}/${port}`;
}

function toBackend({ address, port }: Endpoint) {
  return { address, port };
}
