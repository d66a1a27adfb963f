import type { Pod } from "../../api/generated/core-v1.ts";
import { parseTime } from "../../machinery/time.ts";
import { isReady, readySinceMs, restarts } from "./condition.ts";

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST = "controller.kubernetes.io/pod-deletion-cost";

/**
 * The pods whose loss is felt least, as Kubernetes ranks them: without a node, not running, not ready, cheap to delete,
 * beside many of their kind, ready for a short time, often restarted, young. Times are compared by orders of magnitude,
 * so that pods of about the same age are not told apart.
 * @param neighbours how many pods of the same owner's kin run on the pod's node.
 */
export function leastWorth(
  pods: readonly Pod[],
  count: number,
  neighbours: (pod: Pod) => number,
  nowMs: number,
): readonly Pod[] {
  if (count >= pods.length) return pods;
  const ranked = pods.map((pod) => ({ pod, ranks: ranksOf(pod, neighbours(pod), nowMs) }));
  return ranked
    .sort((a, b) => byRanks(a.ranks, b.ranks) || (a.pod.metadata.uid < b.pod.metadata.uid ? -1 : 1))
    .slice(0, count)
    .map(({ pod }) => pod);
}

/** The lower, the less is lost; the first that differs decides. */
function ranksOf(pod: Pod, neighbours: number, nowMs: number): readonly number[] {
  return [
    hasNode(pod),
    PHASES[pod.status.phase ?? "Pending"] ?? 1,
    isReady(pod) ? 1 : 0,
    cost(pod),
    -neighbours,
    magnitude(readySinceMs(pod), nowMs),
    -restarts(pod),
    magnitude(createdMs(pod), nowMs),
  ];
}

function byRanks(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((rank, index) => rank !== b[index]);
  return differing < 0 ? 0 : a[differing]! - b[differing]!;
}

function hasNode({ spec }: Pod): number {
  return (spec.nodeName ?? "") === "" ? 0 : 1;
}

function cost({ metadata }: Pod): number {
  const text = metadata.annotations?.[COST] ?? "0";
  return /^(0|-?[1-9]\d*|\+0)$/.test(text) ? Number(text) : 0;
}

function createdMs({ metadata }: Pod): number {
  return parseTime(metadata.creationTimestamp);
}

/** The logarithm of an age: older is more. */
function magnitude(sinceMs: number | undefined, nowMs: number): number {
  if (sinceMs === undefined) return 0;
  const ageNs = Math.max(1, (nowMs - sinceMs) * 1_000_000);
  return Math.floor(Math.log10(ageNs));
}
