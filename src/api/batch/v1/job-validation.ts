import { dnsLabel } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { invalid, type Issue, notSupported, required, tooLong } from "../../../machinery/issue.ts";
import { matches, selectorOf } from "../../../machinery/labels.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkDomainPath, checkNonnegative, IMMUTABLE, type Issues } from "../../checks.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import { templateForm } from "../../core/v1/pod-diff/spec-difference.ts";
import { checkSelects, checkTemplate } from "../../core/v1/pod-spec/template.ts";
import type { Job, JobSpec, PodFailurePolicy, PodFailurePolicyRule, SuccessPolicy } from "../../generated/batch-v1.ts";
import type { PodTemplateSpec } from "../../generated/core-v1.ts";
import { checkFailurePolicy, checkSuccessPolicy } from "./job-policies.ts";

/** From here on the completed and failed indexes of a job might not fit into its status. */
const MANY = 100_000;
const MANY_WITH_LIMIT_PER_INDEX = 10_000;
const LONGEST_MANAGER = 63;
const COMPLETION_MODES = ["NonIndexed", "Indexed"];
const RESTART_POLICIES = ["OnFailure", "Never"];
const FIGURES = [
  "parallelism",
  "completions",
  "activeDeadlineSeconds",
  "backoffLimit",
  "ttlSecondsAfterFinished",
  "backoffLimitPerIndex",
] as const;

/** Everything that is wrong with a job by itself. */
export function jobIssues(job: Job): Issues {
  const issues: Issues = [];
  const { metadata, spec } = job;
  checkGeneratedSelector(job, issues);
  checkOwnJobSpec(spec, issues);
  if (spec.completionMode === "Indexed" && (spec.completions ?? 0) > 0) {
    const host = `${metadata.name}-${spec.completions! - 1}`;
    if (dnsLabel(host).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${host}`;
      issues.push(invalid("metadata.name", metadata.name, detail));
    }
  }
  return issues;
}

/** Kubernetes looks at the whole specification once more as part of the change. */
export function jobUpdateIssues({ spec }: Job, old: Job): readonly Issue[] {
  const issues: Issues = [];
  checkOwnJobSpec(spec, issues);
  const before = old.spec;
  if (spec.completionMode !== "Indexed") checkFixed(spec, before, "completions", issues);
  else if (spec.completions !== undefined && spec.completions !== before.completions) {
    if (spec.completions !== spec.parallelism) {
      const detail = "can only be modified in tandem with spec.parallelism";
      issues.push(invalid("spec.completions", spec.completions, detail));
    }
  }
  checkFixed(spec, before, "selector", issues);
  checkTemplateUpdate(spec.template, old, issues);
  checkFixed(spec, before, "completionMode", issues);
  if (!sameJson(spec.podFailurePolicy, before.podFailurePolicy)) {
    const { podFailurePolicy } = spec;
    const shown = podFailurePolicy === undefined ? null : shownFailurePolicy(podFailurePolicy);
    issues.push(invalid("spec.podFailurePolicy", shown, IMMUTABLE));
  }
  checkFixed(spec, before, "backoffLimitPerIndex", issues);
  checkFixed(spec, before, "managedBy", issues);
  if (!sameJson(spec.successPolicy, before.successPolicy)) {
    const { successPolicy } = spec;
    const shown = successPolicy === undefined ? null : shownPolicy(successPolicy);
    issues.push(invalid("spec.successPolicy", shown, IMMUTABLE));
  }
  return issues;
}

function checkFixed(spec: JobSpec, old: JobSpec, name: keyof JobSpec, issues: Issues): void {
  if (!sameJson(spec[name], old[name])) issues.push(invalid(`spec.${name}`, spec[name] ?? null, IMMUTABLE));
}

/** A job that has not started, or is suspended and at rest, may still be told where its pods go and what they need. */
function checkTemplateUpdate(template: PodTemplateSpec, { spec, status }: Job, issues: Issues): void {
  const before = spec.template;
  if (sameJson(template, before)) return;
  const suspended = status.conditions?.some(
    (condition) => condition.type === "Suspended" && condition.status === "True",
  );
  const rests = spec.suspend === true && (status.active ?? 0) === 0;
  const open = rests && (status.startTime === undefined || suspended === true);
  if (open && sameJson(withoutOpenParts(template), withoutOpenParts(before))) return;
  if (!open) issues.push(invalid("spec.template", templateForm(template), IMMUTABLE));
  else issues.push(invalid("spec.template.spec", templateForm(template)["Spec"], IMMUTABLE));
}

function withoutOpenParts({ spec }: PodTemplateSpec): unknown {
  const { nodeSelector: _, tolerations: __, schedulingGates: ___, affinity, ...others } = spec;
  const { nodeAffinity: ____, ...affinities } = affinity ?? {};
  const bare = <T extends { readonly resources?: unknown }>({ resources: _____, ...container }: T) => container;
  return {
    ...others,
    affinity: affinities,
    containers: (spec.containers ?? []).map(bare),
    initContainers: (spec.initContainers ?? []).map(bare),
  };
}

/** The selector and the labels that jobs get by themselves; conflicting ones of the user stand in the way. */
function checkGeneratedSelector({ metadata, spec }: Job, issues: Issues): void {
  if (spec.manualSelector === true || spec.selector === undefined) return;
  const { uid = "", name } = metadata;
  if (uid === "") issues.push(required("metadata.uid"));
  const expected = {
    "controller-uid": uid,
    "job-name": name,
    "batch.kubernetes.io/controller-uid": uid,
    "batch.kubernetes.io/job-name": name,
  };
  const labels = spec.template.metadata.labels ?? {};
  const at = "spec.template.metadata";
  for (const [key, value] of Object.entries(expected)) {
    const actual = labels[key];
    if (actual === undefined) issues.push(required(`${at}.labels[${key}]`, `must be '${value}'`));
    else if (actual !== value) issues.push(invalid(`${at}.labels[${key}]`, labels, `must be '${value}'`));
  }
  if (isReadable(spec) && !matches(selectorOf(spec.selector), expected)) {
    issues.push(invalid("spec.selector", spec.selector, "`selector` not auto-generated"));
  }
}

function isReadable({ selector }: JobSpec): boolean {
  const issues: Issues = [];
  checkSelector(selector!, "", issues);
  return issues.length === 0;
}

function checkOwnJobSpec(spec: JobSpec, issues: Issues): void {
  checkJobSpec(spec, "spec", issues);
  if (spec.selector === undefined) issues.push(required("spec.selector"));
  else checkSelector(spec.selector, "spec.selector", issues);
  checkSelects(spec.selector, spec.template, issues);
}

/** What holds for jobs and for those that a CronJob makes. */
export function checkJobSpec(spec: JobSpec, at: string, issues: Issues): void {
  for (const name of FIGURES) checkNonnegative(spec[name], `${at}.${name}`, issues);
  if (spec.maxFailedIndexes !== undefined) {
    checkNonnegative(spec.maxFailedIndexes, `${at}.maxFailedIndexes`, issues);
    if (spec.backoffLimitPerIndex === undefined) {
      issues.push(required(`${at}.backoffLimitPerIndex`, "when maxFailedIndexes is specified"));
    }
  }
  if (spec.managedBy !== undefined) checkManager(spec.managedBy, `${at}.managedBy`, issues);
  if (spec.completionMode !== undefined && !COMPLETION_MODES.includes(spec.completionMode)) {
    issues.push(notSupported(`${at}.completionMode`, spec.completionMode, COMPLETION_MODES));
  }
  if (spec.completionMode === "Indexed") checkIndexed(spec, at, issues);
  if (spec.completionMode === undefined || spec.completionMode === "NonIndexed") checkPlain(spec, at, issues);
  if (spec.podFailurePolicy !== undefined) {
    checkFailurePolicy(spec, spec.podFailurePolicy, `${at}.podFailurePolicy`, issues);
  }
  if (spec.successPolicy !== undefined) {
    const policyAt = `${at}.successPolicy`;
    if (spec.completionMode === "Indexed") checkSuccessPolicy(spec, spec.successPolicy, policyAt, issues);
    else {
      issues.push(invalid(policyAt, shownPolicy(spec.successPolicy), "requires indexed completion mode"));
    }
  }
  checkReplacement(spec, `${at}.podReplacementPolicy`, issues);
  checkTemplate(spec.template, `${at}.template`, issues);
  checkRestarts(spec, `${at}.template.spec.restartPolicy`, issues);
}

/** As Kubernetes' server holds it. */
function shownFailurePolicy(policy: PodFailurePolicy) {
  const rules = policy.rules as PodFailurePolicy["rules"] | null;
  return { Rules: rules?.map(shownFailureRule) ?? givenEmpty(policy, "rules") ?? null };
}

function shownFailureRule(rule: PodFailurePolicyRule) {
  const { action, onExitCodes: codes, onPodConditions: conditions } = rule;
  return {
    Action: action,
    OnExitCodes:
      codes === undefined
        ? null
        : {
            ContainerName: codes.containerName ?? null,
            Operator: codes.operator,
            Values: codes.values ?? givenEmpty(codes, "values") ?? null,
          },
    OnPodConditions:
      conditions?.map(({ type, status }) => ({ Type: type, Status: status })) ??
      givenEmpty(rule, "onPodConditions") ??
      null,
  };
}

function shownPolicy(policy: SuccessPolicy) {
  const rules = policy.rules as SuccessPolicy["rules"] | null;
  return { Rules: rules?.map(shownRule) ?? givenEmpty(policy, "rules") ?? null };
}

function shownRule({ succeededIndexes = null, succeededCount = null }: Nullable<SuccessPolicy["rules"][number]>) {
  return { SucceededIndexes: succeededIndexes, SucceededCount: succeededCount };
}

type Nullable<T> = { readonly [Name in keyof T]: T[Name] | null };

function checkManager(manager: string, at: string, issues: Issues): void {
  checkDomainPath(manager, at, issues);
  if (manager.length > LONGEST_MANAGER) issues.push(tooLong(at, LONGEST_MANAGER));
}

function checkIndexed(spec: JobSpec, at: string, issues: Issues): void {
  const { completions, parallelism = 0, maxFailedIndexes } = spec;
  const failedAt = `${at}.maxFailedIndexes`;
  if (completions === undefined) issues.push(required(`${at}.completions`, "when completion mode is Indexed"));
  if (parallelism > MANY) {
    const detail = `must be less than or equal to ${MANY} when completion mode is Indexed`;
    issues.push(invalid(`${at}.parallelism`, parallelism, detail));
  }
  if (completions !== undefined && maxFailedIndexes !== undefined && maxFailedIndexes > completions) {
    issues.push(invalid(failedAt, maxFailedIndexes, "must be less than or equal to completions"));
  }
  if (maxFailedIndexes !== undefined && maxFailedIndexes > MANY) {
    issues.push(invalid(failedAt, maxFailedIndexes, `must be less than or equal to ${MANY}`));
  }
  if (completions === undefined || completions <= MANY || spec.backoffLimitPerIndex === undefined) return;
  const most = MANY_WITH_LIMIT_PER_INDEX;
  const detail = `must be less than or equal to ${most} when completions are above ${MANY} and used with backoff limit per index`;
  if (maxFailedIndexes === undefined) {
    issues.push(required(failedAt, `must be specified when completions is above ${MANY}`));
  }
  if (parallelism > most) issues.push(invalid(`${at}.parallelism`, parallelism, detail));
  if (maxFailedIndexes !== undefined && maxFailedIndexes > most) {
    issues.push(invalid(failedAt, maxFailedIndexes, detail));
  }
}

function checkPlain(spec: JobSpec, at: string, issues: Issues): void {
  for (const name of ["backoffLimitPerIndex", "maxFailedIndexes"] as const) {
    if (spec[name] !== undefined) {
      issues.push(invalid(`${at}.${name}`, spec[name], "requires indexed completion mode"));
    }
  }
}

function checkReplacement(spec: JobSpec, at: string, issues: Issues): void {
  const policy = spec.podReplacementPolicy;
  const supported = spec.podFailurePolicy === undefined ? ["Failed", "TerminatingOrFailed"] : ["Failed"];
  if (policy !== undefined && !supported.includes(policy)) issues.push(notSupported(at, policy, supported));
}

function checkRestarts({ template, podFailurePolicy }: JobSpec, at: string, issues: Issues): void {
  const policy = template.spec.restartPolicy as string | undefined;
  if (policy === "Always" || !policy) issues.push(required(at, `valid values: "OnFailure", "Never"`));
  else if (!RESTART_POLICIES.includes(policy)) issues.push(notSupported(at, policy, RESTART_POLICIES));
  else if (podFailurePolicy !== undefined && policy !== "Never") {
    issues.push(invalid(at, policy, `only "Never" is supported when podFailurePolicy is specified`));
  }
}
