import type { EndpointSlice } from "../../generated/discovery-v1.ts";
import type { Node, Service } from "../../generated/core-v1.ts";

/** Whether a Service wants a load balancer of the cluster's own; those with a class are others' to serve. */
export function wantsLoadBalancer({ metadata, spec }: Service): boolean {
  return (
    spec.type === "LoadBalancer" && spec.loadBalancerClass === undefined && metadata.deletionTimestamp === undefined
  );
}

const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";

/** Whether traffic from outside may come in by a node: it lives, and nobody keeps it out. */
export function takesOuterTraffic({ metadata, status }: Node): boolean {
  if (metadata.deletionTimestamp !== undefined || metadata.labels?.[EXCLUDED] !== undefined) return false;
  return status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") ?? false;
}

/** The nodes that have ready endpoints. @param slices of one Service */
export function nodesOfReadyEndpoints(slices: Iterable<EndpointSlice>): ReadonlySet<string> {
  const nodes = new Set<string>();
  for (const { endpoints } of slices) {
    for (const { nodeName, conditions } of endpoints ?? []) {
      if (nodeName !== undefined && (conditions?.ready ?? true)) nodes.add(nodeName);
    }
  }
  return nodes;
}
