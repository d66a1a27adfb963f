import type { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import type { Pod } from "../../api/generated/core-v1.ts";
import { isActive, isAvailable, isReady, readySinceMs } from "../pods/condition.ts";
import { byWorth } from "../pods/worth.ts";

/** No loop creates or removes more at once than this. */
const BURST = 500;

export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  readonly status: ReplicaSet["status"];
  /** When a pod becomes available by time alone. */
  readonly recheckAfterMs?: number;
}

/** Compares the pods that a ReplicaSet owns with how many it wants. */
export function planReplicas(
  set: ReplicaSet,
  owned: readonly Pod[],
  neighbours: (pod: Pod) => number,
  nowMs: number,
): ReplicaPlan {
  const active = owned.filter(isActive);
  const wanted = set.spec.replicas ?? 1;
  const difference = wanted - active.length;
  const terminating = owned.filter((pod) => pod.metadata.deletionTimestamp !== undefined && !isFinished(pod)).length;
  const plan = {
    create: set.metadata.deletionTimestamp === undefined ? Math.min(Math.max(difference, 0), BURST) : 0,
    remove:
      difference < 0 && set.metadata.deletionTimestamp === undefined
        ? leastWorth(active, neighbours, nowMs, Math.min(-difference, BURST))
        : [],
    status: statusOf(set, active, terminating, nowMs),
  };
  const next = nextAvailable(set, active, nowMs);
  return next === undefined ? plan : { ...plan, recheckAfterMs: next };
}

function isFinished({ status }: Pod): boolean {
  return status.phase === "Succeeded" || status.phase === "Failed";
}

function leastWorth(
  active: readonly Pod[],
  neighbours: (pod: Pod) => number,
  nowMs: number,
  count: number,
): readonly Pod[] {
  return active.toSorted(byWorth(neighbours, nowMs)).slice(0, count);
}

function statusOf(set: ReplicaSet, active: readonly Pod[], terminating: number, nowMs: number): ReplicaSet["status"] {
  const labels = Object.entries(set.spec.template?.metadata?.labels ?? {});
  const fullyLabeledReplicas = active.filter((pod) =>
    labels.every(([name, value]) => pod.metadata.labels?.[name] === value),
  ).length;
  const readyReplicas = active.filter(isReady).length;
  const minReadySeconds = set.spec.minReadySeconds ?? 0;
  const availableReplicas = active.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length;
  const { conditions } = set.status;
  return {
    replicas: active.length,
    ...(fullyLabeledReplicas === 0 ? {} : { fullyLabeledReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    terminatingReplicas: terminating,
    observedGeneration: set.metadata.generation ?? 0,
    ...(conditions === undefined ? {} : { conditions }),
  };
}

function nextAvailable(set: ReplicaSet, active: readonly Pod[], nowMs: number): number | undefined {
  const minReadyMs = (set.spec.minReadySeconds ?? 0) * 1000;
  if (minReadyMs === 0) return undefined;
  const waits = active
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadyMs / 1000, nowMs))
    .map((pod) => readySinceMs(pod)! + minReadyMs - nowMs);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}
