import { Node } from "../../api/core/v1/node.ts";
import { nodesOfReadyEndpoints, takesOuterTraffic, wantsLoadBalancer } from "../../api/core/v1/load-balancing.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import type { IpRange } from "../../base/ip-range.ts";
import type { Cache } from "../../client/cache.ts";
import { nameKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { addressesIn, planBalancer } from "./plan.ts";

export interface LoadBalancerOptions {
  /** To be given away; undefined: services are answered at the live nodes' own addresses. */
  readonly ranges: readonly IpRange[] | undefined;
  /** Ports of the nodes that services must leave alone, as `TCP/6443`. */
  readonly reservedPorts: readonly string[];
}

/**
 * Gives services of type LoadBalancer their addresses, as a cloud's controller does elsewhere. Nothing is made outside of the
 * cluster, so nothing has to be cleaned up: what no service says to have is free. The nodes answer for the addresses by themselves.
 */
export function loadBalancerController({ ranges, reservedPorts }: LoadBalancerOptions): Controller {
  /** What was given at last, which the cache may not show yet, by service. */
  const given = new Map<string, readonly string[]>();
  /** The services that could not have what they want, and why. */
  const waiting = new Map<string, string>();
  const balanced = (cache: Cache) => cache.list(Service).filter(wantsLoadBalancer);
  return defineController({
    name: "service",
    tellsAs: "service-controller",
    reconciles: Service,
    // One after the other: what one gets the next must not.
    workers: 1,
    watches: [
      // Whatever changes with one may make room for those that wait.
      watched(Service, () => waiting.keys()),
      watched(Node, (node, cache, old) => {
        if (ranges !== undefined || (old !== undefined && sameJson(asSeen(old), asSeen(node)))) return [];
        return balanced(cache).map(({ metadata }) => nameKey(metadata));
      }),
      watched(EndpointSlice, ({ metadata }) => {
        const name = metadata.labels?.["kubernetes.io/service-name"];
        return ranges !== undefined || name === undefined ? [] : [`${metadata.namespace}/${name}`];
      }),
    ],
    async reconcile(key, { cache, client, events, because, signal }) {
      const service = cache.get(Service, key);
      if (service === undefined || !wantsLoadBalancer(service)) {
        given.delete(key);
        waiting.delete(key);
        return settled;
      }
      const others = balanced(cache)
        .filter(({ metadata }) => nameKey(metadata) !== key)
        .map((other) => ({
          service: other,
          addresses: [...addressesIn(other), ...(given.get(nameKey(other.metadata)) ?? [])],
        }));
      const plan = planBalancer(service, {
        ranges,
        reservedPorts,
        nodeAddresses:
          ranges === undefined ? usableAddresses(service, cache) : cache.list(Node).flatMap(internalAddresses),
        others,
      });
      if (plan.type === "wait" && waiting.get(key) !== plan.why) {
        const message = `Error syncing load balancer: failed to ensure load balancer: ${plan.why}`;
        events.record(service, "Warning", "SyncLoadBalancerFailed", message);
      }
      if (plan.type === "wait") waiting.set(key, plan.why);
      else waiting.delete(key);
      const addresses = plan.type === "addresses" ? plan.addresses : [];
      given.set(key, addresses);
      if (sameJson(addresses, addressesIn(service))) return settled;
      because(plan.type === "wait" ? plan.why : "its load balancer has these addresses");
      if (addresses.length > 0) events.record(service, "Normal", "EnsuringLoadBalancer", "Ensuring load balancer");
      const ingress = addresses.map((ip) => ({ ip, ipMode: "VIP" }));
      const loadBalancer = ingress.length === 0 ? {} : { ingress };
      await client.setStatus(Service, service, { ...service.status, loadBalancer }, { signal });
      if (addresses.length > 0) events.record(service, "Normal", "EnsuredLoadBalancer", "Ensured load balancer");
      return settled;
    },
  }) as unknown as Controller;
}

/** Of the nodes that may take a service's traffic, in the order of their names. */
function usableAddresses(service: Service, cache: Cache): readonly string[] {
  const nodes = cache.list(Node).filter(takesOuterTraffic);
  const ready =
    service.spec.externalTrafficPolicy === "Local" ? nodesOfReadyEndpoints(slicesOf(service, cache)) : undefined;
  return nodes
    .filter(({ metadata }) => ready === undefined || ready.has(metadata.name))
    .toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .flatMap(internalAddresses);
}

function slicesOf({ metadata }: Service, cache: Cache): readonly EndpointSlice[] {
  return cache
    .list(EndpointSlice, metadata.namespace)
    .filter((slice) => slice.metadata.labels?.["kubernetes.io/service-name"] === metadata.name);
}

function internalAddresses({ status }: Node): readonly string[] {
  return (status.addresses ?? []).filter(({ type }) => type === "InternalIP").map(({ address }) => address);
}

/** What of a node matters here. */
function asSeen(node: Node): unknown {
  return [takesOuterTraffic(node), internalAddresses(node)];
}
