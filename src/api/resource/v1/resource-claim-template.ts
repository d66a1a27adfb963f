import { invalid } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { ResourceClaimTemplate as StoredResourceClaimTemplate } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { defaultCounts, shownClaimSpec } from "./claim-spec.ts";

export type ResourceClaimTemplate = StoredResourceClaimTemplate;

/** What its claims ask for is not looked into yet. */
export const ResourceClaimTemplate: Kind<ResourceClaimTemplate> = defineKind(facts.resource.v1.ResourceClaimTemplate, {
  metadataChecks: { update: ["whole", "change"] },
  answersDeleted: true,
  default: (object) => defaultCounts((object as unknown as Mutable<ResourceClaimTemplate>).spec.spec),
  *validateUpdate({ spec }, old) {
    if (sameJson(spec, old.spec)) return;
    yield invalid("spec", { ...spec.metadata, Spec: shownClaimSpec(spec.spec) }, IMMUTABLE);
  },
  columns: [age],
});
