import { invalid } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { checkClaimMetadata } from "../../core/v1/claim-spec.ts";
import type { ResourceClaimTemplate as StoredResourceClaimTemplate } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkClaimSpec } from "./claim-validation.ts";
import { defaultCounts, shownClaimSpec } from "./claim-spec.ts";

export type ResourceClaimTemplate = StoredResourceClaimTemplate;

export const ResourceClaimTemplate: Kind<ResourceClaimTemplate> = defineKind(facts.resource.v1.ResourceClaimTemplate, {
  metadataChecks: { update: ["whole", "change"] },
  answersDeleted: true,
  default: (object) => defaultCounts((object as unknown as Mutable<ResourceClaimTemplate>).spec.spec),
  validate({ metadata, spec }) {
    const issues: Issues = [];
    if (metadata.resourceVersion !== undefined) return issues;
    checkClaimMetadata(spec.metadata, "spec.metadata", issues);
    checkClaimSpec(spec.spec, "spec.spec", issues);
    return issues;
  },
  *validateUpdate({ spec }, old) {
    if (sameJson(spec, old.spec)) return;
    yield invalid("spec", { ...spec.metadata, Spec: shownClaimSpec(spec.spec) }, IMMUTABLE);
  },
  columns: [age],
});
