import { invalid } from "../../../machinery/issue.ts";
import { checkNonnegative, checkOptionalOneOf, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { PodDisruptionBudget as StoredPodDisruptionBudget } from "../../generated/policy-v1.ts";
import { facts } from "../../generated/resources.ts";
import { checkConditions } from "../../conditions.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import { checkAtMostAll, checkIntOrPercent } from "../../int-or-percent.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type PodDisruptionBudget = StoredPodDisruptionBudget;

export const PodDisruptionBudget: Kind<PodDisruptionBudget> = defineKind(facts.policy.v1.PodDisruptionBudget, {
  nameRule: "path-segment",
  anyFinalizer: true,
  metadataChecks: { update: [], status: [] },
  allowsUnconditionalUpdate: false,
  desired: ({ spec }) => spec,
  columns: [
    {
      name: "Min Available",
      type: "string",
      description: "The minimum number of pods that must be available.",
      value: ({ spec }) => String(spec.minAvailable ?? "N/A"),
    },
    {
      name: "Max Unavailable",
      type: "string",
      description: "The maximum number of pods that may be unavailable.",
      value: ({ spec }) => String(spec.maxUnavailable ?? "N/A"),
    },
    {
      name: "Allowed Disruptions",
      type: "integer",
      description: "Calculated number of pods that may be disrupted at this time.",
      value: ({ status }) => status.disruptionsAllowed,
    },
    age,
  ],
  validate({ spec }) {
    const issues: Issues = [];
    const { minAvailable, maxUnavailable, selector } = spec;
    if (minAvailable !== undefined && maxUnavailable !== undefined) {
      issues.push(invalid("spec", shown(spec), "minAvailable and maxUnavailable cannot be both set"));
    }
    for (const name of ["minAvailable", "maxUnavailable"] as const) {
      const value = spec[name];
      if (value === undefined) continue;
      checkIntOrPercent(value, `spec.${name}`, issues);
      checkAtMostAll(value, `spec.${name}`, issues);
    }
    if (selector !== undefined) checkSelector(selector, "spec.selector", issues);
    checkOptionalOneOf(spec.unhealthyPodEvictionPolicy, "spec.unhealthyPodEvictionPolicy", EVICTION_POLICIES, issues);
    return issues;
  },
  validateStatusUpdate({ status }) {
    const issues: Issues = [];
    checkConditions(status.conditions ?? [], "status.conditions", issues);
    for (const name of FIGURES) checkNonnegative(status[name], `status.${name}`, issues);
    return issues;
  },
});

const EVICTION_POLICIES = ["AlwaysAllow", "IfHealthyBudget"];
const FIGURES = ["disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods"] as const;

/** The specification as messages show it. */
function shown({ minAvailable, selector, maxUnavailable, unhealthyPodEvictionPolicy }: PodDisruptionBudget["spec"]) {
  return {
    MinAvailable: minAvailable ?? null,
    Selector: selector ?? null,
    MaxUnavailable: maxUnavailable ?? null,
    UnhealthyPodEvictionPolicy: unhealthyPodEvictionPolicy ?? null,
  };
}
