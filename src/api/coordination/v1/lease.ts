import { invalid } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { checkNonnegative, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { Lease as StoredLease } from "../../generated/coordination-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Lease = StoredLease;

export const Lease: Kind<Lease> = defineKind(facts.coordination.v1.Lease, {
  anyFinalizer: true,
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  columns: [{ name: "Holder", type: "string", value: ({ spec }) => spec.holderIdentity ?? "" }, age],
  dropClosed(object) {
    // What coordinated elections need.
    const { spec } = object as unknown as Mutable<Lease>;
    delete spec.strategy;
    delete spec.preferredHolder;
  },
  validate({ spec: { leaseDurationSeconds, leaseTransitions } }) {
    const issues: Issues = [];
    if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
      issues.push(invalid("spec.leaseDurationSeconds", leaseDurationSeconds, "must be greater than 0"));
    }
    checkNonnegative(leaseTransitions, "spec.leaseTransitions", issues);
    return issues;
  },
});
