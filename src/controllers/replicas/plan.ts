import type { ReplicaSet, ReplicaSetCondition } from "../../api/generated/apps-v1.ts";
import type { Pod, ReplicationController } from "../../api/generated/core-v1.ts";
import { formatTime } from "../../machinery/time.ts";
import { conditionOf, withCondition, withoutCondition } from "../conditions.ts";
import { isActive, isAvailable, isReady, isTerminating, readySinceMs } from "../pods/condition.ts";
import { leastWorth } from "../pods/worth.ts";

/** What keeps a number of equal pods alive. */
export type ReplicaOwner = ReplicaSet | ReplicationController;

/** No loop creates or removes more at once than this. */
const BURST = 500;

export interface ReplicaPlan {
  readonly create: number;
  readonly remove: readonly Pod[];
  /** When a pod becomes available by time alone. */
  readonly recheckAfterMs?: number;
}

/** Compares the pods that an owner has with how many it wants. */
export function planReplicas(
  owner: ReplicaOwner,
  owned: readonly Pod[],
  neighbours: (pod: Pod) => number,
  nowMs: number,
): ReplicaPlan {
  const active = owned.filter(isActive);
  const difference = owner.metadata.deletionTimestamp === undefined ? owner.spec.replicas - active.length : 0;
  const next = nextAvailable(owner, active, nowMs);
  return {
    create: Math.min(Math.max(difference, 0), BURST),
    remove: difference < 0 ? leastWorth(active, Math.min(-difference, BURST), neighbours, nowMs) : [],
    ...(next === undefined ? {} : { recheckAfterMs: next }),
  };
}

/**
 * What the owner's pods add up to.
 * @param failure why the last attempt to create or remove pods failed.
 */
export function replicaStatus(
  owner: ReplicaOwner,
  owned: readonly Pod[],
  failure: string | undefined,
  nowMs: number,
): ReplicaSet["status"] {
  const { replicas: wanted } = owner.spec;
  const { active, terminating, fullyLabeledReplicas, readyReplicas, availableReplicas } = count(owner, owned, nowMs);
  const conditions = withFailure(owner.status.conditions, failure, wanted - active, nowMs);
  return {
    replicas: active,
    ...(fullyLabeledReplicas === 0 ? {} : { fullyLabeledReplicas }),
    ...(readyReplicas === 0 ? {} : { readyReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
    ...(owner.kind === "ReplicaSet" ? { terminatingReplicas: terminating } : {}),
    observedGeneration: owner.metadata.generation ?? 0,
    ...(conditions.length === 0 ? {} : { conditions }),
  };
}

/** One pass: an owner may have ten thousand pods, and they are counted after every few changes of one. */
function count(owner: ReplicaOwner, owned: readonly Pod[], nowMs: number) {
  const labels = Object.entries(owner.spec.template?.metadata?.labels ?? {});
  const { minReadySeconds = 0 } = owner.spec;
  const counts = { active: 0, terminating: 0, fullyLabeledReplicas: 0, readyReplicas: 0, availableReplicas: 0 };
  for (const pod of owned) {
    if (isTerminating(pod)) counts.terminating += 1;
    if (!isActive(pod)) continue;
    counts.active += 1;
    if (labels.every(([name, value]) => pod.metadata.labels?.[name] === value)) counts.fullyLabeledReplicas += 1;
    if (!isReady(pod)) continue;
    counts.readyReplicas += 1;
    if (isAvailable(pod, minReadySeconds, nowMs)) counts.availableReplicas += 1;
  }
  return counts;
}

/** The condition says why the first of several attempts failed. */
function withFailure(
  conditions: readonly ReplicaSetCondition[] | undefined,
  failure: string | undefined,
  missing: number,
  nowMs: number,
): readonly ReplicaSetCondition[] {
  const type = "ReplicaFailure";
  if (failure === undefined) return withoutCondition(conditions, type);
  if (conditionOf(conditions, type) !== undefined) return conditions!;
  const reason = missing > 0 ? { reason: "FailedCreate" } : missing < 0 ? { reason: "FailedDelete" } : {};
  const lastTransitionTime = formatTime(nowMs);
  return withCondition(conditions, { type, status: "True", lastTransitionTime, ...reason, message: failure });
}

function nextAvailable({ spec }: ReplicaOwner, active: readonly Pod[], nowMs: number): number | undefined {
  const { minReadySeconds = 0 } = spec;
  if (minReadySeconds === 0) return undefined;
  const waits = active
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, nowMs))
    .map((pod) => readySinceMs(pod)! + minReadySeconds * 1000 - nowMs);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}
