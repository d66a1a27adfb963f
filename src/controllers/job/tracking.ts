import type { Job, JobStatus } from "../../api/generated/batch-v1.ts";
import type { Pod } from "../../api/generated/core-v1.ts";
import { matchPolicy } from "./failure-policy.ts";
import { formatIndexes } from "./indexes.ts";
import { isActive, isReady, isTerminating } from "../pods/condition.ts";
import type { JobPlan } from "./plan.ts";
import { jobCondition } from "./plan.ts";
import { hasFailed, indexOf, isIndexed, isTracked } from "./pods.ts";

/** The status keeps no more names of uncounted pods than this. */
const MOST_UNCOUNTED = 500;

export interface Tracking {
  /** With the names of all pods whose ends are about to be counted: written before their finalizers go. */
  readonly status: JobStatus;
  /** Pods that are let go once that is written. */
  readonly release: readonly Pod[];
  /** More ended pods wait for another round. */
  readonly isFull: boolean;
}

/** What was done to the pods in this round, so that the figures need not wait for the cache. */
export interface Done {
  readonly created: number;
  readonly removed: readonly Pod[];
  /** All active pods of a Job that ends have been asked to go. */
  readonly isEnding: boolean;
}

/**
 * Counts every end of a pod once, whatever is deleted or restarted meanwhile: a pod is held by a finalizer until its name
 * stands in the status, and its name stands there until the pod is let go.
 */
export function track(job: Job, pods: readonly Pod[], plan: JobPlan, done: Done, nowMs: number): Tracking {
  const held = new Set(pods.filter(isTracked).map(({ metadata }) => metadata.uid));
  const before = job.status.uncountedTerminatedPods ?? {};
  const succeeded = (before.succeeded ?? []).filter((uid) => held.has(uid));
  const failed = (before.failed ?? []).filter((uid) => held.has(uid));
  const counted = {
    succeeded: (job.status.succeeded ?? 0) + (before.succeeded ?? []).length - succeeded.length,
    failed: (job.status.failed ?? 0) + (before.failed ?? []).length - failed.length,
  };
  const verdict = done.isEnding ? plan.verdict : undefined;
  const release: Pod[] = [];
  let isFull = false;
  for (const pod of pods.filter(isTracked)) {
    const { uid } = pod.metadata;
    const fails = hasFailed(pod, job);
    const isEnd = pod.status.phase === "Succeeded" || fails;
    if (!isEnd && job.metadata.deletionTimestamp === undefined && verdict === undefined) continue;
    if (plan.awaitingReplacement.get(indexOf(pod, job) ?? -1) === pod && verdict === undefined) continue;
    if (succeeded.length + failed.length >= MOST_UNCOUNTED) {
      isFull = true;
      break;
    }
    release.push(pod);
    const index = indexOf(pod, job);
    if (pod.status.phase === "Succeeded" && !failed.includes(uid)) {
      if (!isIndexed(job) && !succeeded.includes(uid)) succeeded.push(uid);
    } else if (fails || verdict?.type === "FailureTarget") {
      const hasIndex = !isIndexed(job) || index !== undefined;
      if (!failed.includes(uid) && hasIndex && matchPolicy(job.spec.podFailurePolicy, pod).counts) failed.push(uid);
    }
  }
  const uncounted = { ...(succeeded.length === 0 ? {} : { succeeded }), ...(failed.length === 0 ? {} : { failed }) };
  return { status: statusWith(job, pods, plan, done, { ...counted, uncounted, verdict }, nowMs), release, isFull };
}

/** The status once the pods are let go: their names have become figures, and the Job may have finished. */
export function settle(
  job: Job,
  status: JobStatus,
  released: ReadonlySet<string>,
  isFull: boolean,
  nowMs: number,
): JobStatus {
  const uncounted = status.uncountedTerminatedPods ?? {};
  const left = (uids: readonly string[] = []) => uids.filter((uid) => !released.has(uid));
  const [succeeded, failed] = [left(uncounted.succeeded), left(uncounted.failed)];
  const counted = (uids: readonly string[] | undefined, rest: readonly string[]) => (uids?.length ?? 0) - rest.length;
  const figures = {
    succeeded: (status.succeeded ?? 0) + counted(uncounted.succeeded, succeeded),
    failed: (status.failed ?? 0) + counted(uncounted.failed, failed),
  };
  const next: JobStatus = {
    ...withoutZero(status, figures, isIndexed(job)),
    uncountedTerminatedPods: {
      ...(succeeded.length === 0 ? {} : { succeeded }),
      ...(failed.length === 0 ? {} : { failed }),
    },
  };
  const isDone =
    succeeded.length + failed.length === 0 && !isFull && (status.terminating ?? 0) === 0 && (status.active ?? 0) === 0;
  const interim = status.conditions?.find(({ type }) => type === "SuccessCriteriaMet" || type === "FailureTarget");
  if (!isDone || interim === undefined) return next;
  const isSuccess = interim.type === "SuccessCriteriaMet";
  const said = { reason: interim.reason ?? "", message: interim.message ?? "" };
  const condition = jobCondition(isSuccess ? "Complete" : "Failed", said, nowMs);
  return {
    ...next,
    conditions: [...status.conditions!, condition],
    ...(isSuccess ? { completionTime: condition.lastTransitionTime! } : {}),
  };
}

function statusWith(
  job: Job,
  pods: readonly Pod[],
  plan: JobPlan,
  { created, removed }: Done,
  {
    uncounted,
    verdict,
    ...counted
  }: Pick<JobStatus, "succeeded" | "failed"> & {
    readonly uncounted: NonNullable<JobStatus["uncountedTerminatedPods"]>;
    readonly verdict: JobPlan["verdict"];
  },
  nowMs: number,
): JobStatus {
  const active = pods.filter(isActive).length + created - removed.length;
  const ready = pods.filter((pod) => isActive(pod) && isReady(pod) && !removed.includes(pod)).length;
  const {
    startTime: _start,
    active: _active,
    completedIndexes: _completed,
    failedIndexes: _failed,
    ...rest
  } = job.status;
  let { conditions } = plan;
  const isDecided = conditions.some(({ type, status }) => type === verdict?.type && status === "True");
  if (verdict !== undefined && !isDecided) conditions = [...conditions, jobCondition(verdict.type, verdict, nowMs)];
  const completedIndexes = isIndexed(job) ? formatIndexes(plan.succeededIndexes) : "";
  const succeeded = isIndexed(job) ? plan.succeededIndexes.size : counted.succeeded;
  return {
    ...withoutZero(rest, { succeeded: succeeded ?? 0, failed: counted.failed ?? 0 }, false),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(plan.startTime === undefined ? {} : { startTime: plan.startTime }),
    ...(active === 0 ? {} : { active }),
    ready,
    terminating: pods.filter(isTerminating).length + removed.length,
    ...(completedIndexes === "" ? {} : { completedIndexes }),
    ...(plan.failedIndexes === undefined ? {} : { failedIndexes: formatIndexes(plan.failedIndexes) }),
    uncountedTerminatedPods: uncounted,
  };
}

/** Kubernetes leaves out figures that are zero. @param keeps the succeeded ones are told by their indexes. */
function withoutZero(
  status: JobStatus,
  figures: { readonly succeeded: number; readonly failed: number },
  keeps: boolean,
): JobStatus {
  const { succeeded: before, failed: _failed, ...rest } = status;
  const succeeded = keeps ? (before ?? 0) : figures.succeeded;
  return {
    ...rest,
    ...(succeeded === 0 ? {} : { succeeded }),
    ...(figures.failed === 0 ? {} : { failed: figures.failed }),
  };
}
