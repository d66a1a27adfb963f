import { dnsLabel, labelValue, qualifiedName } from "../../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, notSupported, required } from "../../../../machinery/issue.ts";
import type { LabelSelector } from "../../../../machinery/object.ts";
import { checkFormat, checkOneOf, checkOptionalOneOf, checkPositive, type Issues } from "../../../checks.ts";
import type {
  Affinity,
  PodAffinity,
  PodAffinityTerm,
  PodSchedulingGate,
  Toleration,
  TopologySpreadConstraint,
} from "../../../generated/core-v1.ts";
import { checkSelector } from "../label-selector.ts";
import { checkNodeSelector, checkTerm } from "../node-selector.ts";

export function checkAffinity(affinity: Affinity, at: string, issues: Issues): void {
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity;
  if (nodeAffinity !== undefined) {
    const must = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution;
    const here = `${at}.nodeAffinity`;
    if (must !== undefined) {
      checkNodeSelector(must, `${here}.requiredDuringSchedulingIgnoredDuringExecution`, issues);
    }
    const preferred = nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    for (const [index, { weight, preference }] of preferred.entries()) {
      const place = `${here}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
      checkWeight(weight, place, issues);
      checkTerm(preference, `${place}.preference`, false, issues);
    }
  }
  if (podAffinity !== undefined) checkPodAffinity(podAffinity, `${at}.podAffinity`, issues);
  if (podAntiAffinity !== undefined) checkPodAffinity(podAntiAffinity, `${at}.podAntiAffinity`, issues);
}

function checkWeight(weight: number, at: string, issues: Issues): void {
  if (weight <= 0 || weight > 100) issues.push(invalid(`${at}.weight`, weight, "must be in the range 1-100"));
}

function checkPodAffinity(affinity: PodAffinity, at: string, issues: Issues): void {
  const must = affinity.requiredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, term] of must.entries()) {
    checkPodTerm(term, `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}]`, issues);
  }
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { weight, podAffinityTerm }] of preferred.entries()) {
    const here = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}]`;
    checkWeight(weight, here, issues);
    checkPodTerm(podAffinityTerm, `${here}.podAffinityTerm`, issues);
  }
}

function checkPodTerm(term: PodAffinityTerm, at: string, issues: Issues): void {
  if (term.labelSelector !== undefined) checkSelector(term.labelSelector, `${at}.labelSelector`, issues);
  if (term.namespaceSelector !== undefined) checkSelector(term.namespaceSelector, `${at}.namespaceSelector`, issues);
  for (const name of term.namespaces ?? []) checkFormat(name, `${at}.namespace`, dnsLabel, issues);
  checkLabelKeys(term.matchLabelKeys, term.mismatchLabelKeys, term.labelSelector, at, issues);
  if (!term.topologyKey) issues.push(required(`${at}.topologyKey`, "can not be empty"));
  checkFormat(term.topologyKey, `${at}.topologyKey`, qualifiedName, issues);
}

function checkLabelKeys(
  match: readonly string[] = [],
  mismatch: readonly string[] = [],
  selector: LabelSelector | undefined,
  at: string,
  issues: Issues,
): void {
  checkKeyNames(match, selector, `${at}.matchLabelKeys`, issues);
  checkKeyNames(mismatch, selector, `${at}.mismatchLabelKeys`, issues);
  if (selector !== undefined) {
    const seen = new Set(Object.keys(selector.matchLabels ?? {}));
    for (const { key } of selector.matchExpressions ?? []) {
      // The server has added a requirement for the key: another one before it was the user's.
      const index = match.lastIndexOf(key);
      if (index >= 0 && seen.has(key)) {
        issues.push(invalid(`${at}[${index}]`, key, "exists in both matchLabelKeys and labelSelector"));
      }
      seen.add(key);
    }
  }
  for (const [index, key] of match.entries()) {
    if (!mismatch.includes(key)) continue;
    const detail = "exists in both matchLabelKeys and mismatchLabelKeys";
    issues.push(invalid(`${at}.matchLabelKeys[${index}]`, key, detail));
  }
}

function checkKeyNames(keys: readonly string[], selector: LabelSelector | undefined, at: string, issues: Issues): void {
  if (keys.length === 0) return;
  if (selector === undefined) {
    return void issues.push(forbidden(at, "must not be specified when labelSelector is not set"));
  }
  for (const [index, key] of keys.entries()) checkFormat(key, `${at}[${index}]`, qualifiedName, issues);
}

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

export function checkTolerations(tolerations: readonly Partial<Toleration>[], at: string, issues: Issues): void {
  for (let index = 0; index < tolerations.length; index++) {
    const { key = "", operator = "", value = "", effect = "", tolerationSeconds } = tolerations[index]!;
    const here = `${at}[${index}]`;
    if (key !== "") checkFormat(key, `${here}.key`, qualifiedName, issues);
    else if (operator !== "Exists") {
      const detail = `operator must be Exists when \`key\` is empty, which means "match all values and all keys"`;
      issues.push(invalid(`${here}.operator`, operator, detail));
    }
    if (tolerationSeconds !== undefined && effect !== "NoExecute") {
      issues.push(invalid(`${here}.effect`, effect, "effect must be 'NoExecute' when `tolerationSeconds` is set"));
    }
    checkOperator(operator, value, `${here}.operator`, issues);
    if (effect !== "" && !EFFECTS.includes(effect)) issues.push(notSupported(`${here}.effect`, effect, EFFECTS));
  }
}

function checkOperator(operator: string, value: string, at: string, issues: Issues): void {
  if (operator === "" || operator === "Equal") {
    const problems = labelValue(value);
    if (problems.length > 0) issues.push(invalid(at, value, problems.join(";")));
  } else if (operator === "Exists") {
    if (value !== "") issues.push(invalid(at, value, "value must be empty when `operator` is 'Exists'"));
  } else if (operator === "Lt" || operator === "Gt") {
    issues.push(notSupported(at, operator, ["Equal", "Exists", "Lt", "Gt"]));
  } else issues.push(notSupported(at, operator, ["Equal", "Exists"]));
}

const UNSATISFIABLE = ["DoNotSchedule", "ScheduleAnyway"];
const INCLUSION_POLICIES = ["Honor", "Ignore"];

export function checkSpread(constraints: readonly TopologySpreadConstraint[], at: string, issues: Issues): void {
  for (const [index, constraint] of constraints.entries()) {
    const here = `${at}[${index}]`;
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains, labelSelector } = constraint;
    checkPositive(maxSkew, `${here}.maxSkew`, issues);
    if (!topologyKey) issues.push(required(`${here}.topologyKey`, "can not be empty"));
    checkOneOf(whenUnsatisfiable, `${here}.whenUnsatisfiable`, UNSATISFIABLE, issues);
    const repeated = constraints
      .slice(index + 1)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (repeated) {
      issues.push(duplicate(`${here}.{topologyKey, whenUnsatisfiable}`, `{${topologyKey}, ${whenUnsatisfiable}}`));
    }
    if (minDomains !== undefined) {
      checkPositive(minDomains, `${here}.minDomains`, issues);
      if (whenUnsatisfiable !== "DoNotSchedule") {
        const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${whenUnsatisfiable}`;
        issues.push(invalid(`${here}.minDomains`, minDomains, detail));
      }
    }
    checkOptionalOneOf(constraint.nodeAffinityPolicy, `${here}.nodeAffinityPolicy`, INCLUSION_POLICIES, issues);
    checkOptionalOneOf(constraint.nodeTaintsPolicy, `${here}.nodeTaintsPolicy`, INCLUSION_POLICIES, issues);
    checkLabelKeys(constraint.matchLabelKeys, undefined, labelSelector, here, issues);
    if (labelSelector !== undefined) checkSelector(labelSelector, `${here}.labelSelector`, issues);
  }
}

export function checkSchedulingGates(gates: readonly PodSchedulingGate[], at: string, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { name }] of gates.entries()) {
    checkFormat(name, `${at}[${index}]`, qualifiedName, issues);
    if (seen.has(name)) issues.push(duplicate(`${at}[${index}]`, name));
    seen.add(name);
  }
}
