import type { Pod } from "../../api/generated/core-v1.ts";
import { parseTime } from "../../machinery/time.ts";

/** A pod that counts for its owner: it has not ended, and nobody has asked it to. */
export function isActive(pod: Pod): boolean {
  return !isEnded(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** All its containers have ended for good. */
export function isEnded({ status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

/** On its way out: it still runs, but has been asked to end. */
export function isTerminating(pod: Pod): boolean {
  return !isEnded(pod) && pod.metadata.deletionTimestamp !== undefined;
}

export function isReady(pod: Pod): boolean {
  return readyCondition(pod)?.status === "True";
}

/** Ready for at least that long. */
export function isAvailable(pod: Pod, minReadySeconds: number, nowMs: number): boolean {
  if (!isReady(pod)) return false;
  return minReadySeconds === 0 || readySinceMs(pod)! + minReadySeconds * 1000 <= nowMs;
}

/** When the pod became ready, in milliseconds since the epoch; undefined while it is not. */
export function readySinceMs(pod: Pod): number | undefined {
  const condition = readyCondition(pod);
  if (condition?.status !== "True") return undefined;
  return condition.lastTransitionTime === null ? 0 : parseTime(condition.lastTransitionTime ?? "1970-01-01T00:00:00Z");
}

export function restarts({ status }: Pod): number {
  return (status.containerStatuses ?? []).reduce((most, container) => Math.max(most, container.restartCount), 0);
}

/** A plain loop: loops over ten thousand pods ask it of each. */
function readyCondition({ status: { conditions } }: Pod) {
  if (conditions === undefined) return undefined;
  for (const condition of conditions) if (condition.type === "Ready") return condition;
  return undefined;
}
