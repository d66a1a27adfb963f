import { duplicate, invalid, type Issue, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkNonnegative, type Issues } from "../../checks.ts";
import type { Job, JobStatus } from "../../generated/batch-v1.ts";
import { countIndexes, firstCommonIndex } from "./job-indexes.ts";

const FIGURES = ["active", "succeeded", "failed", "ready", "terminating"] as const;
const LASTING = ["Failed", "Complete", "FailureTarget"];

/** What is wrong with a change of a job's status: a finished job stays finished, and what is counted stays counted. */
export function jobStatusIssues(job: Job, old: Job): readonly Issue[] {
  const issues: Issues = [];
  const { status } = job;
  for (const name of FIGURES) checkNonnegative(status[name], `status.${name}`, issues);
  checkUncounted(status.uncountedTerminatedPods, issues);
  checkConditions(status, old.status, issues);
  checkTimes(job, old, issues);
  checkOutcome(status, old.status, issues);
  const never = job.spec.suspend === true && job.spec.completions === 0;
  if (isFinished(status)) checkRest(status, old.status, never, issues);
  checkIndexes(job, old, issues);
  checkPods(status, old.status, issues);
  checkSuccess(job, issues);
  for (const type of LASTING) {
    if (isTrue(old.status, type) && !isTrue(status, type)) {
      issues.push(bad("status.conditions", `cannot disable the terminal ${type}=True condition`));
    }
  }
  const { completionMode, completions, parallelism } = job.spec;
  // An indexed job that is scaled down counts less.
  const elastic = completionMode === "Indexed" && completions === parallelism;
  for (const name of elastic ? (["failed"] as const) : (["failed", "succeeded"] as const)) {
    const now = status[name] ?? 0;
    if (now < (old.status[name] ?? 0)) {
      issues.push(invalid(`status.${name}`, now, `cannot decrease the ${name} counter`));
    }
  }
  checkFixedTimes(job, old, issues);
  if (isTrue(old.status, "SuccessCriteriaMet") && !isTrue(status, "SuccessCriteriaMet")) {
    issues.push(bad("status.conditions", "cannot disable the SuccessCriteriaMet=True condition"));
  }
  return issues;
}

function isTrue({ conditions = [] }: JobStatus, type: string): boolean {
  return conditions.some((condition) => condition.type === type && condition.status === "True");
}

function isFinished(status: JobStatus): boolean {
  return isTrue(status, "Complete") || isTrue(status, "Failed");
}

/** An issue that shows no value. */
function bad(field: string, detail: string): Issue {
  return { type: "FieldValueInvalid", field, body: `Invalid value: ${detail}` };
}

function checkUncounted(
  { succeeded = [], failed = [] }: JobStatus["uncountedTerminatedPods"] = {},
  issues: Issues,
): void {
  const seen = new Set<string>();
  for (const [name, uids] of [
    ["succeeded", succeeded],
    ["failed", failed],
  ] as const) {
    for (const [index, uid] of uids.entries()) {
      const at = `status.uncountedTerminatedPods.${name}[${index}]`;
      if (uid === "") issues.push(invalid(at, uid, "must not be empty"));
      else if (seen.has(uid)) issues.push(duplicate(at, uid));
      seen.add(uid);
    }
  }
}

/** Which conditions exclude each other; only what a change brings is looked at. */
function checkConditions(status: JobStatus, old: JobStatus, issues: Issues): void {
  const changed = (...types: readonly string[]) => types.some((type) => isTrue(status, type) !== isTrue(old, type));
  const has = (type: string) => isTrue(status, type);
  const refuse = (detail: string) => issues.push(bad("status.conditions", detail));
  if (changed("Complete", "Failed") && has("Complete") && has("Failed")) {
    refuse("cannot set Complete=True and Failed=true conditions");
  }
  if (changed("Complete", "FailureTarget") && has("Complete") && has("FailureTarget")) {
    refuse("cannot set Complete=True and FailureTarget=true conditions");
  }
}

/** What a job that has come to its end has been on the way to before. */
function checkOutcome(status: JobStatus, old: JobStatus, issues: Issues): void {
  const changed = (type: string) => isTrue(status, type) !== isTrue(old, type);
  const has = (type: string) => isTrue(status, type);
  const refuse = (detail: string) => issues.push(bad("status.conditions", detail));
  const failedIndexes = status.failedIndexes !== old.failedIndexes;
  if ((changed("Failed") || failedIndexes) && has("Failed") && !has("FailureTarget")) {
    refuse("cannot set Failed=True condition without the FailureTarget=true condition");
  }
  const completes = changed("Complete") || changed("SuccessCriteriaMet");
  if (completes && has("Complete") && !has("SuccessCriteriaMet")) {
    refuse("cannot set Complete=True condition without the SuccessCriteriaMet=true condition");
  }
}

function checkSuccess({ spec, status }: Job, issues: Issues): void {
  if (!isTrue(status, "SuccessCriteriaMet")) {
    if (spec.successPolicy === undefined || !isTrue(status, "Complete")) return;
    const detail = "cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True";
    return void issues.push(bad("status.conditions", detail));
  }
  if (isTrue(status, "Failed")) {
    issues.push(bad("status.conditions", "cannot set SuccessCriteriaMet=True and Failed=true conditions"));
  }
  if (isTrue(status, "FailureTarget")) {
    issues.push(bad("status.conditions", "cannot set SuccessCriteriaMet=True and FailureTarget=true conditions"));
  }
}

function checkTimes({ status }: Job, { status: old }: Job, issues: Issues): void {
  const { startTime, completionTime } = status;
  const at = "status.completionTime";
  const completes = isTrue(status, "Complete");
  const changed = completionTime !== old.completionTime || completes !== isTrue(old, "Complete");
  if (changed && completionTime !== undefined && !completes) {
    issues.push(invalid(at, completionTime, "cannot set completionTime when there is no Complete=True condition"));
  }
  if (changed && completionTime === undefined && completes) {
    issues.push(required(at, "completionTime is required for Complete jobs"));
  }
  if (startTime !== undefined && completionTime !== undefined && completionTime < startTime) {
    issues.push(invalid(at, completionTime, "must be equal to or after `startTime`"));
  }
}

/** What may not change once it is there. */
function checkFixedTimes({ spec, status }: Job, { status: old }: Job, issues: Issues): void {
  const { startTime, completionTime } = status;
  if (completionTime !== undefined && old.completionTime !== undefined && completionTime !== old.completionTime) {
    issues.push(invalid("status.completionTime", completionTime, "field is immutable"));
  }
  const goesOn = status.conditions?.some((condition) => condition.type === "Suspended" && condition.status === "False");
  const resumes = isTrue(old, "Suspended") && goesOn === true;
  if (old.startTime !== undefined && startTime !== old.startTime && spec.suspend !== true && !resumes) {
    const detail = "field is immutable for unsuspended job once set";
    issues.push(invalid("status.startTime", startTime ?? null, detail));
  }
}

/** A finished job has come to rest. @param never it may finish without having started */
function checkRest(status: JobStatus, old: JobStatus, never: boolean, issues: Issues): void {
  const finishes = !isFinished(old);
  const { active = 0 } = status;
  if (active > 0 && (finishes || active !== old.active)) {
    issues.push(invalid("status.active", active, "active>0 is invalid for finished job"));
  }
  if (status.startTime === undefined && !never && (finishes || old.startTime !== undefined)) {
    issues.push(required("status.startTime", "startTime is required for finished job"));
  }
  const { uncountedTerminatedPods: uncounted } = status;
  const left = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0);
  if (left > 0 && (finishes || !sameJson(uncounted, old.uncountedTerminatedPods))) {
    const shown = { Succeeded: uncounted!.succeeded ?? null, Failed: uncounted!.failed ?? null };
    issues.push(invalid("status.uncountedTerminatedPods", shown, "must be empty for finished job"));
  }
}

/** How many pods there are, of those that have to be gone and of those that are ready. */
function checkPods(status: JobStatus, old: JobStatus, issues: Issues): void {
  const { ready = 0, active = 0, terminating = 0 } = status;
  const finishes = isFinished(status) && !isFinished(old);
  if (isFinished(status) && terminating > 0 && (finishes || terminating !== old.terminating)) {
    issues.push(invalid("status.terminating", terminating, "terminating>0 is invalid for finished job"));
  }
  if (ready > active && (ready !== old.ready || active !== old.active)) {
    issues.push(invalid("status.ready", ready, "cannot set more ready pods than active"));
  }
}

function checkIndexes({ spec, status }: Job, { status: old }: Job, issues: Issues): void {
  const { completedIndexes = "", failedIndexes } = status;
  const { completions, backoffLimitPerIndex } = spec;
  const completedAt = "status.completedIndexes";
  const failedAt = "status.failedIndexes";
  const completes = completedIndexes !== (old.completedIndexes ?? "");
  const fails = failedIndexes !== old.failedIndexes;
  if (completes) checkFormat(completedIndexes, completions, completedAt, issues);
  if (fails && failedIndexes !== undefined && backoffLimitPerIndex !== undefined) {
    checkFormat(failedIndexes, completions, failedAt, issues);
  }
  if (completes && completedIndexes !== "" && spec.completionMode !== "Indexed") {
    const detail = "cannot set non-empty completedIndexes when non-indexed completion mode";
    issues.push(invalid(completedAt, completedIndexes, detail));
  }
  if (fails && failedIndexes !== undefined && backoffLimitPerIndex === undefined) {
    const detail = "cannot set non-null failedIndexes when backoffLimitPerIndex is null";
    issues.push(invalid(failedAt, failedIndexes, detail));
  }
  if ((!completes && !fails) || completions === undefined || failedIndexes === undefined) return;
  const common = firstCommonIndex(completedIndexes, failedIndexes, completions);
  if (common === undefined) return;
  issues.push(invalid(failedAt, failedIndexes, `failedIndexes and completedIndexes overlap at index: ${common}`));
}

function checkFormat(indexes: string, completions: number | undefined, at: string, issues: Issues): void {
  if (completions === undefined) return;
  const counted = countIndexes(indexes, completions);
  if (typeof counted === "number") return;
  issues.push(invalid(at, indexes, `error parsing ${at.slice("status.".length)}: ${counted}`));
}
