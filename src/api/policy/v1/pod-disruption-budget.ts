import { age } from "../../columns.ts";
import type { PodDisruptionBudget as StoredPodDisruptionBudget } from "../../generated/policy-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type PodDisruptionBudget = StoredPodDisruptionBudget;

export const PodDisruptionBudget: Kind<PodDisruptionBudget> = defineKind(facts.policy.v1.PodDisruptionBudget, {
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
});
