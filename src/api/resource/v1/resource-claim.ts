import { invalid } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { ResourceClaim as StoredResourceClaim } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkClaimSpec } from "./claim-validation.ts";
import { defaultCounts, shownClaimSpec } from "./claim-spec.ts";
import { claimStatusIssues } from "./claim-status.ts";

export type ResourceClaim = StoredResourceClaim;

export const ResourceClaim: Kind<ResourceClaim> = defineKind(facts.resource.v1.ResourceClaim, {
  metadataChecks: { update: ["whole", "change"] },
  resets: { status: ["metadata", "spec"] },
  answersDeleted: true,
  default: (object) => defaultCounts((object as unknown as Mutable<ResourceClaim>).spec),
  // What it asks for never changes, and is looked at once.
  validate({ metadata, spec }) {
    const issues: Issues = [];
    if (metadata.resourceVersion === undefined) checkClaimSpec(spec, "spec", issues);
    return issues;
  },
  *validateUpdate({ spec }, old) {
    if (!sameJson(spec, old.spec)) yield invalid("spec", shownClaimSpec(spec), IMMUTABLE);
  },
  validateStatusUpdate: claimStatusIssues,
  columns: [
    {
      name: "State",
      type: "string",
      description: "Whether it is allocated, and reserved for somebody",
      value: stateOf,
    },
    age,
  ],
});

function stateOf({ metadata, status }: ResourceClaim): string {
  const { allocation, reservedFor = [] } = status;
  const isDeleted = metadata.deletionTimestamp !== undefined;
  const states = isDeleted ? ["deleted"] : [];
  if (allocation === undefined) return isDeleted ? "deleted" : "pending";
  states.push("allocated");
  if (reservedFor.length > 0) states.push("reserved");
  return states.join(",");
}
