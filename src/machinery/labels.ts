import type { LabelSelector } from "./object.ts";
import { byteOrder } from "./byte-order.ts";
import { labelValue, qualifiedName } from "./formats.ts";
import type { Issue } from "./issue.ts";
import { invalid, issueText, quoted } from "./issue.ts";
import { parseLabelRequirements } from "./label-parser.ts";
import { SelectorError } from "./selector-error.ts";

export type Labels = Readonly<Record<string, string>>;

/** A label selector made ready to match. Its requirements are sorted by key; all of them must hold. */
export interface Selector {
  readonly requirements: readonly Requirement[];
  /** True for the selector that stands for an absent one: it matches no object. */
  readonly nothing: boolean;
}

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

export type Operator = "in" | "notin" | "=" | "==" | "!=" | "gt" | "lt" | "exists" | "!";

export const everything: Selector = { requirements: [], nothing: false };
export const nothing: Selector = { requirements: [], nothing: true };

/** Whether an object with these labels is selected; absent labels are empty ones. */
export function matches(selector: Selector, labels: Labels | undefined): boolean {
  if (selector.nothing) return false;
  const { requirements } = selector;
  for (let index = 0; index < requirements.length; index++) {
    if (!holds(requirements[index]!, labels)) return false;
  }
  return true;
}

/**
 * Reads the string form of `labelSelector` query parameters and `kubectl -l`, such as `a=b,c!=d,e in (x,y),!f`.
 * An empty text selects everything.
 * @throws SelectorError
 */
export function parseSelector(text: string): Selector {
  const requirements = parseLabelRequirements(text, requirement);
  return requirements.length === 0 ? everything : { requirements: requirements.sort(byKey), nothing: false };
}

/**
 * A `metav1.LabelSelector` as a Selector. An absent one selects nothing, an empty one everything. The result is
 * remembered with the value, which must not change.
 * @throws SelectorError
 */
export function selectorOf(selector: LabelSelector | null | undefined): Selector {
  if (selector === null || selector === undefined) return nothing;
  const known = compiled.get(selector);
  if (known !== undefined) return known;
  const requirements = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => requirement(key, "=", [value]));
  for (const { key, operator, values } of selector.matchExpressions ?? []) {
    const found = EXPRESSION_OPERATORS[operator];
    if (found === undefined) throw new SelectorError(`${quoted(operator)} is not a valid label selector operator`);
    requirements.push(requirement(key, found, values ?? []));
  }
  const result = requirements.length === 0 ? everything : { requirements: requirements.sort(byKey), nothing: false };
  compiled.set(selector, result);
  return result;
}

/** Selects objects that have all these labels, as the selectors of Services do. Nothing is validated; none selects everything. */
export function selectorFromLabels(labels: Labels | undefined): Selector {
  const requirements = Object.entries(labels ?? {}).map(([key, value]): Requirement => ({
    key,
    operator: "=",
    values: [value],
  }));
  return requirements.length === 0 ? everything : { requirements: requirements.sort(byKey), nothing: false };
}

/** The string form, which `parseSelector` reads. Values are sorted. */
export function formatSelector(selector: Selector): string {
  return selector.requirements.map(formatRequirement).join(",");
}

/** The string form of a `metav1.LabelSelector` as kubectl shows it: `<none>` and `<error>` where Kubernetes says so. */
export function formatLabelSelector(labelSelector: LabelSelector | null | undefined): string {
  try {
    return formatSelector(selectorOf(labelSelector)) || "<none>";
  } catch {
    return "<error>";
  }
}

/** The one value that the selector demands for this key, if it demands one: what an index can look up. */
export function exactMatch(selector: Selector, key: string): string | undefined {
  const found = selector.requirements.find((candidate) => candidate.key === key);
  if (found === undefined || found.values.length !== 1) return undefined;
  return found.operator === "=" || found.operator === "==" || found.operator === "in" ? found.values[0] : undefined;
}

const compiled = new WeakMap<LabelSelector, Selector>();

const EXPRESSION_OPERATORS: Readonly<Record<string, Operator | undefined>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "!",
};

function holds({ key, operator, values }: Requirement, labels: Labels | undefined): boolean {
  const value = labels?.[key];
  // A label may be named like a member that every object inherits, which is no string.
  const exists = typeof value === "string";
  switch (operator) {
    case "=":
    case "==":
    case "in":
      return exists && (values.length === 1 ? values[0] === value : values.includes(value));
    case "!=":
    case "notin":
      return !exists || !values.includes(value);
    case "exists":
      return exists;
    case "!":
      return !exists;
    case "gt":
    case "lt":
      return exists && compares(value, operator, values[0]!);
  }
}

function compares(value: string, operator: "gt" | "lt", limit: string): boolean {
  const left = int64(value);
  const right = int64(limit);
  if (left === undefined || right === undefined) return false;
  return operator === "gt" ? left > right : left < right;
}

/** A decimal text within 64 bits, as Go reads it. */
function int64(text: string): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

function requirement(key: string, operator: Operator, values: readonly string[]): Requirement {
  const issues: Issue[] = [];
  const keyProblems = qualifiedName(key);
  if (keyProblems.length > 0) issues.push(invalid("key", key, keyProblems.join("; ")));
  const operatorProblem = VALUE_RULES[operator](values);
  if (operatorProblem !== undefined)
    issues.push(invalid("values", values.length === 0 ? null : values, operatorProblem));
  values.forEach((value, index) => {
    if ((operator === "gt" || operator === "lt") && int64(value) === undefined) {
      issues.push(invalid(`values[${index}]`, value, "for 'Gt', 'Lt' operators, the value must be an integer"));
    }
  });
  values.forEach((value, index) => {
    const problems = labelValue(value);
    if (problems.length > 0) issues.push(invalid(`values[${index}][${key}]`, value, problems.join("; ")));
  });
  if (issues.length > 0) {
    const texts = [...new Set(issues.map(issueText))];
    throw new SelectorError(texts.length === 1 ? texts[0] : `[${texts.join(", ")}]`);
  }
  return { key, operator, values };
}

type ValueRule = (values: readonly string[]) => string | undefined;
const some: ValueRule = (values) =>
  values.length === 0 ? "for 'in', 'notin' operators, values set can't be empty" : undefined;
const one: ValueRule = (values) =>
  values.length === 1 ? undefined : "exact-match compatibility requires one single value";
const none: ValueRule = (values) =>
  values.length === 0 ? undefined : "values set must be empty for exists and does not exist";
const oneNumber: ValueRule = (values) =>
  values.length === 1 ? undefined : "for 'Gt', 'Lt' operators, exactly one value is required";
const VALUE_RULES: Readonly<Record<Operator, ValueRule>> = {
  in: some,
  notin: some,
  "=": one,
  "==": one,
  "!=": one,
  exists: none,
  "!": none,
  gt: oneNumber,
  lt: oneNumber,
};

function formatRequirement({ key, operator, values }: Requirement): string {
  const shown = values.toSorted(byteOrder).join(",");
  switch (operator) {
    case "exists":
      return key;
    case "!":
      return `!${key}`;
    case "in":
    case "notin":
      return `${key} ${operator} (${shown})`;
    case "gt":
      return `${key}>${shown}`;
    case "lt":
      return `${key}<${shown}`;
    default:
      return `${key}${operator}${shown}`;
  }
}

function byKey(left: Requirement, right: Requirement): number {
  return byteOrder(left.key, right.key);
}
