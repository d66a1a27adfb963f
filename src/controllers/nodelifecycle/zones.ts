import type { Node } from "../../api/generated/core-v1.ts";
import { conditionOf } from "../conditions.ts";

const EXCLUDED = "node.kubernetes.io/exclude-disruption";
/** A zone in which so large a part of the nodes is not ready has a fault of its own. */
const UNHEALTHY_PART = 0.55;
const LARGE_ZONE = 50;
/** One node in ten seconds, or in a hundred in a large zone with a fault. */
const USUAL_PAUSE_MS = 10_000;
const CAREFUL_PAUSE_MS = 100_000;

export function zoneOf({ metadata }: Node): string {
  const { labels = {} } = metadata;
  const zone = labels["failure-domain.beta.kubernetes.io/zone"] ?? labels["topology.kubernetes.io/zone"] ?? "";
  const region = labels["failure-domain.beta.kubernetes.io/region"] ?? labels["topology.kubernetes.io/region"] ?? "";
  return `${region}/${zone}`;
}

export function isNodeReady({ status }: Node): boolean {
  return conditionOf(status.conditions, "Ready")?.status === "True";
}

/** When no node at all is ready, the fault is more likely the control plane's than theirs: nobody is driven away. */
export function nobodyIsReady(nodes: readonly Node[]): boolean {
  const counted = nodes.filter(({ metadata }) => metadata.labels?.[EXCLUDED] === undefined);
  return counted.length > 0 && !counted.some(isNodeReady);
}

/** How long to wait between two nodes of a zone from which pods are driven away; undefined: none at all now. */
export function pauseMs(zone: string, nodes: readonly Node[]): number | undefined {
  const here = nodes.filter((node) => zoneOf(node) === zone && node.metadata.labels?.[EXCLUDED] === undefined);
  const unready = here.filter((node) => !isNodeReady(node)).length;
  const isFaulty = unready < here.length && unready > 2 && unready / here.length >= UNHEALTHY_PART;
  if (!isFaulty) return USUAL_PAUSE_MS;
  return here.length > LARGE_ZONE ? CAREFUL_PAUSE_MS : undefined;
}
