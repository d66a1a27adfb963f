import type { StatefulSet, StatefulSetStatus } from "../../api/generated/apps-v1.ts";
import type { Pod } from "../../api/generated/core-v1.ts";
import { isAvailable, isEnded, isReady, readySinceMs } from "../pods/condition.ts";
import { firstOrdinal, missingLabels, ordinalOf, revisionOf } from "./members.ts";

/** The names of the revisions between which an update moves. */
export interface Revisions {
  readonly current: string;
  readonly update: string;
}

export interface StatefulPlan {
  readonly create: readonly { readonly ordinal: number; readonly revision: string }[];
  readonly remove: readonly Pod[];
  /** Pods whose labels do not say who they are. */
  readonly relabel: readonly Pod[];
  /** Pods that wait, perhaps for a claim that has been lost. */
  readonly pending: readonly number[];
  /** Pods beyond the size of the set. */
  readonly condemned: readonly Pod[];
  readonly status: StatefulSetStatus;
  readonly recheckAfterMs?: number;
}

interface Member {
  readonly ordinal: number;
  /** Absent while there is none. */
  readonly pod: Pod | undefined;
}

/** Compares a set with its pods: one after the other where order counts, and from the last to the first for an update. */
export function planStateful(
  set: StatefulSet,
  owned: readonly Pod[],
  revisions: Revisions,
  nowMs: number,
): StatefulPlan {
  const view = { set, revisions, nowMs };
  const pods = owned.filter((pod) => ordinalOf(pod, set) !== undefined);
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(pod, set)!, pod]));
  const first = firstOrdinal(set);
  const members = Array.from({ length: set.spec.replicas }, (_, index): Member => {
    const ordinal = first + index;
    return { ordinal, pod: byOrdinal.get(ordinal) };
  });
  const isMember = (pod: Pod) => ordinalOf(pod, set)! >= first && ordinalOf(pod, set)! < first + set.spec.replicas;
  const condemned = pods.filter((pod) => !isMember(pod)).sort((a, b) => ordinalOf(b, set)! - ordinalOf(a, set)!);
  const step = stepOf(view, members, condemned);
  const status = statusOf(view, pods, step.replaced);
  const recheckAfterMs = nextAvailableMs(view, pods);
  return { ...step, condemned, status, ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }) };
}

interface View {
  readonly set: StatefulSet;
  readonly revisions: Revisions;
  readonly nowMs: number;
}

interface Step extends Pick<StatefulPlan, "create" | "remove" | "relabel" | "pending"> {
  /** How many pods of the current revision an update takes away. */
  readonly replaced: number;
}

function stepOf(view: View, members: readonly Member[], condemned: readonly Pod[]): Step {
  const { set } = view;
  const create: { readonly ordinal: number; readonly revision: string }[] = [];
  const remove: Pod[] = [];
  const relabel: Pod[] = [];
  const pending: number[] = [];
  const step = { create, remove, relabel, pending, replaced: 0 };
  if (set.metadata.deletionTimestamp !== undefined) return step;
  const inOrder = set.spec.podManagementPolicy !== "Parallel";
  let isStopped = false;
  for (const { ordinal, pod } of members) {
    if (pod === undefined) create.push({ ordinal, revision: revisionFor(view, ordinal) });
    else if (isEnded(pod)) {
      if (!isLeaving(pod)) remove.push(pod);
    } else {
      if ((pod.status.phase ?? "Pending") === "Pending") pending.push(ordinal);
      if (isUp(view, pod) || !inOrder) {
        if (missingLabels(pod, ordinal) !== undefined) relabel.push(pod);
        continue;
      }
    }
    isStopped = true;
    if (inOrder) return step;
  }
  const doomed = inOrder ? nextCondemned(view, members, condemned) : condemned.filter((pod) => !isLeaving(pod));
  remove.push(...doomed);
  if (condemned.length > 0 && inOrder) return step;
  if (doomed.length > 0 || (isStopped && remove.length > 0) || set.spec.updateStrategy.type === "OnDelete") return step;
  const replaced = nextOld(view, members);
  return {
    ...step,
    remove: [...remove, ...replaced],
    replaced: replaced.filter((pod) => revisionOf(pod) === view.revisions.current).length,
  };
}

/** The highest goes first, and only when all below it are well, unless it is itself the one that is not. */
function nextCondemned(view: View, members: readonly Member[], condemned: readonly Pod[]): readonly Pod[] {
  const [next] = condemned;
  if (next === undefined || isLeaving(next)) return [];
  const isSound = members.every(({ pod }) => pod !== undefined && isUp(view, pod));
  const firstUnavailable = isSound ? condemned.findLast((pod) => !isUp(view, pod)) : undefined;
  return isUp(view, next) || next === firstUnavailable ? [next] : [];
}

/** The old pod that is replaced now: the highest ordinal down to the partition, once all above it are well. */
function nextOld(view: View, members: readonly Member[]): readonly Pod[] {
  const { set, revisions } = view;
  for (const { pod } of members.slice(set.spec.updateStrategy.rollingUpdate?.partition ?? 0).toReversed()) {
    if (pod === undefined) return [];
    if (revisionOf(pod) !== revisions.update && !isLeaving(pod)) return [pod];
    if (!isUp(view, pod)) return [];
  }
  return [];
}

/** A new pod below the partition is an old one again. */
function revisionFor({ set, revisions }: View, ordinal: number): string {
  const { type, rollingUpdate } = set.spec.updateStrategy;
  const kept = rollingUpdate === undefined ? (set.status.currentReplicas ?? 0) : (rollingUpdate.partition ?? 0);
  return type === "RollingUpdate" && ordinal < firstOrdinal(set) + kept ? revisions.current : revisions.update;
}

function statusOf({ set, revisions, nowMs }: View, pods: readonly Pod[], replaced: number): StatefulSetStatus {
  const { minReadySeconds = 0, replicas: wanted } = set.spec;
  const ready = pods.filter(isRunning);
  const staying = pods.filter((pod) => !isLeaving(pod));
  let current = staying.filter((pod) => revisionOf(pod) === revisions.current).length - replaced;
  const updated = staying.filter((pod) => revisionOf(pod) === revisions.update).length;
  let currentRevision = revisions.current;
  const isRolling = set.spec.updateStrategy.type === "RollingUpdate";
  if (isRolling && updated === wanted && ready.length === wanted && pods.length === wanted) {
    current = updated;
    currentRevision = revisions.update;
  }
  const { conditions, collisionCount = 0 } = set.status;
  return {
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    ...(ready.length === 0 ? {} : { readyReplicas: ready.length }),
    ...(current === 0 ? {} : { currentReplicas: current }),
    ...(updated === 0 ? {} : { updatedReplicas: updated }),
    currentRevision,
    updateRevision: revisions.update,
    collisionCount,
    ...(conditions === undefined ? {} : { conditions }),
    availableReplicas: ready.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length,
  };
}

function nextAvailableMs({ set, nowMs }: View, pods: readonly Pod[]): number | undefined {
  const { minReadySeconds = 0 } = set.spec;
  const waits = pods
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, nowMs))
    .map((pod) => readySinceMs(pod)! + minReadySeconds * 1000 - nowMs);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}

function isUp({ set, nowMs }: View, pod: Pod): boolean {
  return isRunning(pod) && isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs) && !isLeaving(pod);
}

function isRunning(pod: Pod): boolean {
  return pod.status.phase === "Running" && isReady(pod);
}

function isLeaving({ metadata }: Pod): boolean {
  return metadata.deletionTimestamp !== undefined;
}
