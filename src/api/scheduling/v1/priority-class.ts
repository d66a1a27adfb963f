import type { Mutable } from "../../../machinery/object.ts";
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
  default(object) {
    (object as unknown as Mutable<PriorityClass>).preemptionPolicy ??= "PreemptLowerPriority";
  },
});
