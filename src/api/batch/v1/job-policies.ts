import { qualifiedName } from "../../../machinery/formats.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import {
  duplicate,
  invalid,
  type Issue,
  notSupported,
  quoted,
  required,
  tooLong,
  tooMany,
} from "../../../machinery/issue.ts";
import { checkFormat, checkNonnegative, type Issues } from "../../checks.ts";
import type { JobSpec, PodFailurePolicy, PodFailurePolicyRule, SuccessPolicy } from "../../generated/batch-v1.ts";
import { countIndexes } from "./job-indexes.ts";

const ACTIONS = ["Count", "FailIndex", "FailJob", "Ignore"];
const OPERATORS = ["In", "NotIn"];
const STATUSES = ["False", "True", "Unknown"];
const MOST_RULES = 20;
const MOST_PATTERNS = 20;
const MOST_EXIT_CODES = 255;
const LONGEST_INDEXES = 64 * 1024;

/** What a failure of a pod means for its job. */
export function checkFailurePolicy(spec: JobSpec, policy: PodFailurePolicy, at: string, issues: Issues): void {
  const rules = (policy.rules as typeof policy.rules | null) ?? [];
  if (rules.length > MOST_RULES) issues.push(tooMany(`${at}.rules`, rules.length, MOST_RULES));
  for (const [index, rule] of rules.entries()) checkRule(spec, rule, `${at}.rules[${index}]`, issues);
}

function checkRule(spec: JobSpec, rule: PodFailurePolicyRule, at: string, issues: Issues): void {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  if (action === "FailIndex") {
    if (spec.backoffLimitPerIndex === undefined) {
      issues.push(invalid(`${at}.action`, action, "requires the backoffLimitPerIndex to be set"));
    }
  } else checkChosen(action, `${at}.action`, ACTIONS, issues);
  if (onExitCodes !== undefined) checkExitCodes(spec, onExitCodes, `${at}.onExitCodes`, issues);
  checkConditions(onPodConditions, `${at}.onPodConditions`, issues);
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    issues.push(bad(at, "specifying both OnExitCodes and OnPodConditions is not supported"));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    issues.push(bad(at, "specifying one of OnExitCodes and OnPodConditions is required"));
  }
}

/** An issue that shows no value. */
function bad(field: string, detail: string): Issue {
  return { type: "FieldValueInvalid", field, body: `Invalid value: ${detail}` };
}

function checkChosen(value: string | undefined, at: string, supported: readonly string[], issues: Issues): void {
  if (!value) issues.push(required(at, `valid values: [${supported.map(quoted).join(" ")}]`));
  else if (!supported.includes(value)) issues.push(notSupported(at, value, supported));
}

function checkConditions(
  patterns: NonNullable<PodFailurePolicyRule["onPodConditions"]>,
  at: string,
  issues: Issues,
): void {
  if (patterns.length > MOST_PATTERNS) issues.push(tooMany(at, patterns.length, MOST_PATTERNS));
  for (const [index, { type, status }] of patterns.entries()) {
    checkFormat(type, `${at}[${index}].type`, qualifiedName, issues);
    checkChosen(status, `${at}[${index}].status`, STATUSES, issues);
  }
}

function checkExitCodes(
  { template }: JobSpec,
  codes: NonNullable<PodFailurePolicyRule["onExitCodes"]>,
  at: string,
  issues: Issues,
): void {
  const { operator, containerName } = codes;
  const given = codes.values as typeof codes.values | null;
  const values = given ?? [];
  checkChosen(operator, `${at}.operator`, OPERATORS, issues);
  const containers = [...(template.spec.containers ?? []), ...(template.spec.initContainers ?? [])];
  if (containerName !== undefined && !containers.some(({ name }) => name === containerName)) {
    const detail = "must be one of the container or initContainer names in the pod template";
    issues.push(invalid(`${at}.containerName`, containerName, detail));
  }
  const valuesAt = `${at}.values`;
  if (values.length === 0)
    issues.push(invalid(valuesAt, givenEmpty(codes, "values") ?? null, "at least one value is required"));
  else if (values.length > MOST_EXIT_CODES) issues.push(tooMany(valuesAt, values.length, MOST_EXIT_CODES));
  for (const [index, value] of values.entries()) {
    if (operator === "In" && value === 0) {
      issues.push(invalid(`${valuesAt}[${index}]`, value, "must not be 0 for the In operator"));
    }
    if (values.indexOf(value) < index) issues.push(duplicate(`${valuesAt}[${index}]`, value));
  }
  if (values.some((value, index) => index > 0 && values[index - 1]! > value)) {
    issues.push(invalid(valuesAt, values, "must be ordered"));
  }
}

/** When a job has succeeded before all of its indexes have. */
export function checkSuccessPolicy(spec: JobSpec, policy: SuccessPolicy, at: string, issues: Issues): void {
  const rules = (policy.rules as typeof policy.rules | null) ?? [];
  const rulesAt = `${at}.rules`;
  if (rules.length === 0) {
    issues.push(required(rulesAt, "at least one rules must be specified when the successPolicy is specified"));
  }
  if (rules.length > MOST_RULES) issues.push(tooMany(rulesAt, rules.length, MOST_RULES));
  for (const [index, rule] of rules.entries()) {
    checkSuccessRule(rule, spec.completions ?? 0, `${rulesAt}[${index}]`, issues);
  }
}

function checkSuccessRule(
  { succeededCount, succeededIndexes }: SuccessPolicy["rules"][number],
  completions: number,
  at: string,
  issues: Issues,
): void {
  if (succeededCount === undefined && succeededIndexes === undefined) {
    issues.push(required(at, "at least one of succeededCount or succeededIndexes must be specified"));
  }
  let total = 0;
  if (succeededIndexes !== undefined) {
    const indexesAt = `${at}.succeededIndexes`;
    if (succeededIndexes.length > LONGEST_INDEXES) issues.push(tooLong(indexesAt, LONGEST_INDEXES));
    const counted = countIndexes(succeededIndexes, completions);
    if (typeof counted === "number") total = counted;
    else issues.push(invalid(indexesAt, succeededIndexes, `error parsing succeededIndexes: ${counted}`));
  }
  if (succeededCount === undefined) return;
  const countAt = `${at}.succeededCount`;
  checkNonnegative(succeededCount, countAt, issues);
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    issues.push(invalid(countAt, succeededCount, detail));
  }
  if (succeededIndexes !== undefined && succeededCount > total) {
    const detail = `must be less than or equal to ${total} (the number of indexes in the specified succeededIndexes field)`;
    issues.push(invalid(countAt, succeededCount, detail));
  }
}
