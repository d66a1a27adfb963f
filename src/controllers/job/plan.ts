import type { Job, JobCondition } from "../../api/generated/batch-v1.ts";
import type { Pod } from "../../api/generated/core-v1.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";
import { isActive, isTerminating } from "../pods/condition.ts";
import { leastWorth } from "../pods/worth.ts";
import { matchPolicy } from "./failure-policy.ts";
import { firstPending, parseIndexes } from "./indexes.ts";
import {
  allIndexFailures,
  finishedMs,
  hasFailed,
  indexFailures,
  indexOf,
  isIndexed,
  isTracked,
  replacesOnlyFailed,
} from "./pods.ts";

const BURST = 500;
const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 600_000;

/** How often pods of a Job have failed since one succeeded, and when last. */
export interface Backoff {
  readonly failures: number;
  readonly lastMs: number;
}

export const noBackoff: Backoff = { failures: 0, lastMs: 0 };

/** How a Job ends, or is about to. */
export interface Verdict {
  readonly type: "SuccessCriteriaMet" | "FailureTarget";
  readonly reason: string;
  readonly message: string;
}

export interface JobPlan {
  readonly verdict: Verdict | undefined;
  readonly create: readonly { readonly index?: number; readonly replaced?: Pod }[];
  readonly remove: readonly Pod[];
  readonly succeededIndexes: ReadonlySet<number>;
  /** Undefined where indexes do not fail by themselves. */
  readonly failedIndexes: ReadonlySet<number> | undefined;
  /** The last failed pod of each index that is still to be replaced: it carries the count. */
  readonly awaitingReplacement: ReadonlyMap<number, Pod>;
  readonly startTime: string | undefined;
  readonly conditions: readonly JobCondition[];
  /** What is told of a suspension. */
  readonly event: "Suspended" | "Resumed" | undefined;
  readonly backoff: Backoff;
  readonly recheckAfterMs?: number;
}

/** Compares a Job that has not finished with its pods. @param backoff as the last plan left it. */
export function planJob(job: Job, pods: readonly Pod[], before: Backoff, nowMs: number): JobPlan {
  const { spec, status, metadata } = job;
  const active = pods.filter(isActive);
  const counts = countPods(job, pods);
  const backoff = nextBackoff(before, counts.newSucceeded, counts.newFailed);
  const completions = spec.completions ?? 0;
  const succeededIndexes = isIndexed(job) ? indexesThatSucceeded(job, pods, completions) : new Set<number>();
  const failedIndexes =
    isIndexed(job) && spec.backoffLimitPerIndex !== undefined ? indexesThatFailed(job, pods) : undefined;
  const succeeded = isIndexed(job) ? succeededIndexes.size : counts.succeeded;
  const suspended = spec.suspend === true;
  let startTime = status.startTime ?? (suspended ? undefined : formatTime(nowMs));
  const awaitingReplacement =
    failedIndexes === undefined ? new Map<number, Pod>() : lastFailures(job, pods, succeededIndexes, failedIndexes);
  const verdict = judge(
    job,
    pods,
    counts.failed,
    succeeded,
    succeededIndexes,
    failedIndexes,
    active.length,
    startTime,
    nowMs,
  );
  const shared = { succeededIndexes, failedIndexes, awaitingReplacement, backoff };
  const conditions = status.conditions ?? [];
  if (verdict !== undefined || metadata.deletionTimestamp !== undefined) {
    const remove = verdict === undefined ? [] : active;
    return { ...shared, verdict, create: [], remove, startTime, conditions, event: undefined };
  }
  const suspension = withSuspension(conditions, suspended, nowMs);
  if (suspension.event === "Resumed") startTime = formatTime(nowMs);
  if (suspension.event === "Suspended") startTime = undefined;
  const work = suspended ? { create: [], remove: active } : nextPods(job, pods, active, succeeded, shared, nowMs);
  const deadline = suspended ? undefined : deadlineInMs(job, startTime, nowMs);
  const waits = ["recheckAfterMs" in work ? work.recheckAfterMs : undefined, deadline].filter(
    (wait) => wait !== undefined,
  );
  return {
    ...shared,
    verdict,
    create: work.create,
    remove: work.remove,
    startTime,
    ...suspension,
    ...(waits.length === 0 ? {} : { recheckAfterMs: Math.min(...waits) }),
  };
}

type Shared = Pick<JobPlan, "succeededIndexes" | "failedIndexes" | "awaitingReplacement" | "backoff">;
type Work = Pick<JobPlan, "create" | "remove" | "recheckAfterMs">;

interface Counts {
  readonly succeeded: number;
  readonly failed: number;
  readonly newSucceeded: readonly Pod[];
  readonly newFailed: readonly Pod[];
}

/** What the status has counted, what it is about to, and what nobody has counted yet. */
function countPods(job: Job, pods: readonly Pod[]): Counts {
  const { succeeded = 0, failed = 0, uncountedTerminatedPods: uncounted = {} } = job.status;
  const known = { succeeded: new Set(uncounted.succeeded), failed: new Set(uncounted.failed) };
  const tracked = pods.filter(isTracked);
  const newSucceeded = tracked.filter(
    ({ metadata, status }) => status.phase === "Succeeded" && !known.succeeded.has(metadata.uid),
  );
  const newFailed = tracked.filter((pod) => hasFailed(pod, job) && !known.failed.has(pod.metadata.uid));
  const counted = newFailed.filter((pod) => matchPolicy(job.spec.podFailurePolicy, pod).counts);
  return {
    succeeded: succeeded + known.succeeded.size + newSucceeded.length,
    failed: failed + known.failed.size + counted.length,
    newSucceeded,
    newFailed,
  };
}

function judge(
  job: Job,
  pods: readonly Pod[],
  failed: number,
  succeeded: number,
  succeededIndexes: ReadonlySet<number>,
  failedIndexes: ReadonlySet<number> | undefined,
  active: number,
  startTime: string | undefined,
  nowMs: number,
): Verdict | undefined {
  const { spec, status } = job;
  for (const type of ["SuccessCriteriaMet", "FailureTarget"] as const) {
    const decided = conditionOf(status.conditions, type);
    if (decided?.status === "True") return { type, reason: decided.reason ?? "", message: decided.message ?? "" };
  }
  const fails = (reason: string, message: string): Verdict => ({ type: "FailureTarget", reason, message });
  const met = (reason: string, message: string): Verdict => ({ type: "SuccessCriteriaMet", reason, message });
  const byPolicy = pods
    .filter((pod) => hasFailed(pod, job))
    .map((pod) => matchPolicy(spec.podFailurePolicy, pod).failsJob);
  const policy = byPolicy.find((message) => message !== undefined);
  if (policy !== undefined) return fails("PodFailurePolicy", policy);
  if (failed > (spec.backoffLimit ?? 6) || restartedTooOften(job, pods)) {
    return fails("BackoffLimitExceeded", "Job has reached the specified backoff limit");
  }
  if (spec.suspend !== true && deadlineInMs(job, startTime, nowMs) === 0) {
    return fails("DeadlineExceeded", "Job was active longer than specified deadline");
  }
  const completions = spec.completions ?? 0;
  if (failedIndexes !== undefined) {
    if (spec.maxFailedIndexes !== undefined && failedIndexes.size > spec.maxFailedIndexes) {
      return fails("MaxFailedIndexesExceeded", "Job has exceeded the specified maximal number of failed indexes");
    }
    if (failedIndexes.size > 0 && failedIndexes.size + succeededIndexes.size >= completions) {
      return fails("FailedIndexes", "Job has failed indexes");
    }
  }
  const rule = isIndexed(job) ? matchingRule(job, succeededIndexes) : undefined;
  if (rule !== undefined) return met("SuccessPolicy", `Matched rules at index ${rule}`);
  const isComplete =
    spec.completions === undefined ? succeeded > 0 && active === 0 : succeeded >= completions && active === 0;
  return isComplete ? met("CompletionsReached", "Reached expected number of succeeded pods") : undefined;
}

/** Which pods to start or stop so that as many run as are wanted. */
function nextPods(
  job: Job,
  pods: readonly Pod[],
  active: readonly Pod[],
  succeeded: number,
  { succeededIndexes, failedIndexes, awaitingReplacement, backoff }: Shared,
  nowMs: number,
): Work {
  const { parallelism = 1, completions } = job.spec;
  const open = completions === undefined ? (succeeded > 0 ? active.length : parallelism) : completions - succeeded;
  const wanted = Math.max(0, Math.min(open, completions === undefined ? open : parallelism));
  const remove = surplus(job, active, Math.max(0, active.length - wanted), nowMs).slice(0, BURST);
  if (remove.length > 0) return { create: [], remove };
  const terminating = replacesOnlyFailed(job) ? pods.filter(isTerminating) : [];
  const missing = Math.min(wanted - active.length - terminating.length, BURST);
  if (missing <= 0) return { create: [], remove };
  const waitMs = failedIndexes === undefined ? backoffMs(backoff, nowMs) : 0;
  if (waitMs > 0) return { create: [], remove, recheckAfterMs: waitMs };
  if (!isIndexed(job)) return { create: Array.from({ length: missing }, () => ({})), remove };
  const taken = new Set([...active, ...terminating].map((pod) => indexOf(pod, job)));
  const pending = firstPending(
    missing,
    completions ?? 0,
    (index) => taken.has(index) || succeededIndexes.has(index) || failedIndexes?.has(index) === true,
  );
  const create: { readonly index: number; readonly replaced?: Pod }[] = [];
  let recheckAfterMs: number | undefined;
  for (const index of pending) {
    const replaced = awaitingReplacement.get(index);
    const failures =
      replaced === undefined ? noBackoff : { failures: allIndexFailures(replaced) + 1, lastMs: finishedMs(replaced) };
    const indexWaitMs = backoffMs(failures, nowMs);
    if (indexWaitMs > 0) recheckAfterMs = Math.min(indexWaitMs, recheckAfterMs ?? indexWaitMs);
    else create.push({ index, ...(replaced === undefined ? {} : { replaced }) });
  }
  return { create, remove, ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }) };
}

/** Pods of an index that has another, or that is not wanted any more, go first; then those that are least missed. */
function surplus(job: Job, active: readonly Pod[], atLeast: number, nowMs: number): readonly Pod[] {
  const remove: Pod[] = [];
  let left = active;
  if (isIndexed(job)) {
    left = [];
    for (const [index, same] of Map.groupBy(active, (pod) => indexOf(pod, job))) {
      const doubled = index === undefined ? same : leastWorth(same, same.length - 1, () => 0, nowMs);
      remove.push(...doubled);
      left = [...left, ...same.filter((pod) => !doubled.includes(pod))];
    }
  }
  return [
    ...remove,
    ...leastWorth(left, Math.max(0, atLeast - remove.length), () => 0, nowMs).slice(
      0,
      Math.max(0, atLeast - remove.length),
    ),
  ];
}

function indexesThatSucceeded(job: Job, pods: readonly Pod[], completions: number): ReadonlySet<number> {
  const indexes = new Set(parseIndexes(job.status.completedIndexes, completions));
  for (const pod of pods) {
    const index = indexOf(pod, job);
    if (pod.status.phase === "Succeeded" && isTracked(pod) && index !== undefined) indexes.add(index);
  }
  return indexes;
}

function indexesThatFailed(job: Job, pods: readonly Pod[]): ReadonlySet<number> {
  const { completions = 0, backoffLimitPerIndex = 0, podFailurePolicy } = job.spec;
  const indexes = new Set(parseIndexes(job.status.failedIndexes, completions));
  for (const pod of pods) {
    const index = indexOf(pod, job);
    if (index === undefined || !isTracked(pod) || !hasFailed(pod, job)) continue;
    const { action, counts } = matchPolicy(podFailurePolicy, pod);
    if (action === "FailIndex" || (counts && indexFailures(pod) >= backoffLimitPerIndex)) indexes.add(index);
  }
  return indexes;
}

function lastFailures(
  job: Job,
  pods: readonly Pod[],
  succeeded: ReadonlySet<number>,
  failed: ReadonlySet<number>,
): ReadonlyMap<number, Pod> {
  const active = new Set(pods.filter(isActive).map((pod) => indexOf(pod, job)));
  const last = new Map<number, Pod>();
  for (const pod of pods) {
    const index = indexOf(pod, job);
    if (index === undefined || !isTracked(pod) || !hasFailed(pod, job)) continue;
    if (succeeded.has(index) || failed.has(index) || active.has(index)) continue;
    const known = last.get(index);
    const isLater = known === undefined || allIndexFailures(known) <= allIndexFailures(pod);
    if (isLater && (known === undefined || finishedMs(pod) >= finishedMs(known))) last.set(index, pod);
  }
  return last;
}

function matchingRule({ spec }: Job, succeeded: ReadonlySet<number>): number | undefined {
  const completions = spec.completions ?? 0;
  const rule = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return succeeded.size >= (succeededCount ?? completions);
    const required = parseIndexes(succeededIndexes, completions);
    return [...required].filter((index) => succeeded.has(index)).length >= (succeededCount ?? required.size);
  });
  return rule < 0 ? undefined : rule;
}

/** Containers that are restarted in place count as failures too. */
function restartedTooOften({ spec }: Job, pods: readonly Pod[]): boolean {
  if (spec.template.spec?.restartPolicy !== "OnFailure") return false;
  const restarts = pods
    .filter(({ status }) => status.phase === "Running" || status.phase === "Pending")
    .flatMap(({ status }) => [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
  const { backoffLimit = 6 } = spec;
  return backoffLimit === 0 ? restarts > 0 : restarts >= backoffLimit;
}

function deadlineInMs({ spec }: Job, startTime: string | undefined, nowMs: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || startTime === undefined) return undefined;
  return Math.max(0, parseTime(startTime) + spec.activeDeadlineSeconds * 1000 - nowMs);
}

function withSuspension(
  conditions: readonly JobCondition[],
  suspended: boolean,
  nowMs: number,
): Pick<JobPlan, "conditions" | "event"> {
  const present = conditionOf(conditions, "Suspended");
  const status = suspended ? "True" : "False";
  if (present === undefined ? !suspended : present.status === status) return { conditions, event: undefined };
  const event = suspended ? "Suspended" : "Resumed";
  const next = jobCondition(
    "Suspended",
    { reason: `Job${event}`, message: `Job ${event.toLowerCase()}` },
    nowMs,
    status,
  );
  const others = conditions.map((condition) => (condition === present ? next : condition));
  return { conditions: present === undefined ? [...conditions, next] : others, event };
}

export function jobCondition(
  type: string,
  { reason, message }: Pick<Verdict, "reason" | "message">,
  nowMs: number,
  status: "True" | "False" = "True",
): JobCondition {
  const time = formatTime(nowMs);
  return { type, status, lastProbeTime: time, lastTransitionTime: time, reason, message };
}

/** Failures count from the last success on. */
function nextBackoff(before: Backoff, succeeded: readonly Pod[], failed: readonly Pod[]): Backoff {
  if (succeeded.length === 0 && failed.length === 0) return before;
  const failures = failed.map(finishedMs);
  if (succeeded.length === 0) return { failures: before.failures + failures.length, lastMs: Math.max(...failures) };
  const lastSuccess = Math.max(...succeeded.map(finishedMs));
  const after = failures.filter((time) => time > lastSuccess);
  return after.length === 0 ? noBackoff : { failures: after.length, lastMs: Math.max(...after) };
}

function backoffMs({ failures, lastMs }: Backoff, nowMs: number): number {
  if (failures === 0) return 0;
  const delayMs = Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), LONGEST_BACKOFF_MS);
  return Math.max(0, lastMs + delayMs - nowMs);
}
