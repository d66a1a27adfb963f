import type { Pod } from "../../api/generated/core-v1.ts";
import { parseTime } from "../../machinery/time.ts";
import { isReady, readySinceMs, restarts } from "./condition.ts";

const PHASES: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST = "controller.kubernetes.io/pod-deletion-cost";

/**
 * Orders pods so that those go first whose loss is felt least, as Kubernetes ranks them: without a node, not running, not
 * ready, cheap to delete, beside many of their kind, ready for a short time, often restarted, young. Times are compared
 * by orders of magnitude, so that pods of about the same age are not told apart.
 * @param neighbours how many pods of the same owner's kin run on the pod's node.
 */
export function byWorth(neighbours: (pod: Pod) => number, nowMs: number): (a: Pod, b: Pod) => number {
  return (a, b) =>
    compare(hasNode(a), hasNode(b)) ||
    compare(PHASES[a.status.phase ?? "Pending"] ?? 1, PHASES[b.status.phase ?? "Pending"] ?? 1) ||
    compare(isReady(a) ? 1 : 0, isReady(b) ? 1 : 0) ||
    compare(cost(a), cost(b)) ||
    compare(neighbours(b), neighbours(a)) ||
    compare(magnitude(readySinceMs(a), nowMs), magnitude(readySinceMs(b), nowMs)) ||
    compare(restarts(b), restarts(a)) ||
    compare(magnitude(createdMs(a), nowMs), magnitude(createdMs(b), nowMs)) ||
    (a.metadata.uid < b.metadata.uid ? -1 : 1);
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

function compare(a: number, b: number): number {
  return a - b;
}
