import { forbidden, invalid } from "../../../machinery/issue.ts";
import { checkRequiredOneOf, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { facts } from "../../generated/resources.ts";
import type { PriorityClass as StoredPriorityClass } from "../../generated/scheduling-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type PriorityClass = StoredPriorityClass;

export const PriorityClass: Kind<PriorityClass> = defineKind(facts.scheduling.v1.PriorityClass, {
  // Kubernetes counts the first state and never again: nothing of a class may change.
  desired: ({ value }) => value,
  columns: [
    { name: "Value", type: "integer", value: ({ value }) => value },
    { name: "Global-Default", type: "boolean", value: ({ globalDefault }) => globalDefault ?? false },
    age,
    { name: "PreemptionPolicy", type: "string", value: ({ preemptionPolicy }) => preemptionPolicy ?? "" },
  ],
  validate({ metadata, value, globalDefault = false, preemptionPolicy }) {
    const issues: Issues = [];
    // Nothing may change, so a change is looked at for that alone.
    if (metadata.resourceVersion !== undefined) return issues;
    if (metadata.name.startsWith(SYSTEM_PREFIX)) {
      const problem = systemClassProblem(metadata.name, value, globalDefault);
      const reserved = `priority class names with '${SYSTEM_PREFIX}' prefix are reserved for system use only.`;
      if (problem !== undefined) issues.push(forbidden("metadata.name", `${reserved} error: ${problem}`));
    } else if (value > HIGHEST_USER_PRIORITY) {
      const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
      issues.push(forbidden("value", detail));
    }
    checkRequiredOneOf(preemptionPolicy, "preemptionPolicy", ["PreemptLowerPriority", "Never"], issues);
    return issues;
  },
  validateUpdate({ value, preemptionPolicy }, old) {
    const issues: Issues = [];
    if (value !== old.value) issues.push(forbidden("value", "may not be changed in an update."));
    if (preemptionPolicy !== old.preemptionPolicy)
      issues.push(invalid("preemptionPolicy", preemptionPolicy, IMMUTABLE));
    return issues;
  },
});

const SYSTEM_PREFIX = "system-";
/** A thousand million: what is above belongs to the system. */
const HIGHEST_USER_PRIORITY = 1_000_000_000;
const SYSTEM_CLASSES: Readonly<Record<string, number>> = {
  "system-node-critical": 2_000_001_000,
  "system-cluster-critical": 2_000_000_000,
};

function systemClassProblem(name: string, value: number, globalDefault: boolean): string | undefined {
  const known = SYSTEM_CLASSES[name];
  if (known === undefined) return `${name} is not a known system priority class`;
  if (value !== known) return `value of ${name} PriorityClass must be ${known}`;
  return globalDefault ? `globalDefault of ${name} PriorityClass must be false` : undefined;
}
