import type { Node, Pod } from "../../api/generated/core-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { conditionOf } from "../conditions.ts";
import { isEnded } from "../pods/condition.ts";

const OUT_OF_SERVICE = "node.kubernetes.io/out-of-service";

/** Why a pod is to be forced out that nobody else will take away. */
export type Leftover = "ended" | "out-of-service" | "orphaned" | "unscheduled";

/**
 * The pods that nobody looks after any more.
 * @param isGone whether a node is known not to be there.
 * @param mostEnded how many pods that have ended may stay; the oldest go first.
 */
export function leftovers(
  pods: readonly Pod[],
  node: (name: string) => Node | undefined,
  isGone: (node: string) => boolean,
  mostEnded: number,
): ReadonlyMap<Pod, Leftover> {
  const found = new Map<Pod, Leftover>();
  const ended = pods.filter(isEnded);
  if (ended.length > mostEnded) {
    for (const pod of ended.toSorted(evictedThenOldest).slice(0, ended.length - mostEnded)) found.set(pod, "ended");
  }
  for (const pod of pods) {
    if (found.has(pod)) continue;
    const why = leftover(pod, node, isGone);
    if (why !== undefined) found.set(pod, why);
  }
  return found;
}

function leftover(
  { metadata, spec }: Pod,
  node: (name: string) => Node | undefined,
  isGone: (node: string) => boolean,
): Leftover | undefined {
  const { nodeName = "" } = spec;
  const isDeleted = metadata.deletionTimestamp !== undefined;
  if (nodeName === "") return isDeleted ? "unscheduled" : undefined;
  const where = node(nodeName);
  if (where === undefined) return isGone(nodeName) ? "orphaned" : undefined;
  return isDeleted && isOutOfService(where) ? "out-of-service" : undefined;
}

function isOutOfService({ spec, status }: Node): boolean {
  const isReady = conditionOf(status.conditions, "Ready")?.status === "True";
  return !isReady && spec.taints?.some(({ key }) => key === OUT_OF_SERVICE) === true;
}

function evictedThenOldest(a: Pod, b: Pod): number {
  const evicted = (pod: Pod) => (pod.status.reason === "Evicted" ? 0 : 1);
  return (
    evicted(a) - evicted(b) ||
    byteOrder(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    byteOrder(a.metadata.name, b.metadata.name)
  );
}
