import { invalid, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkNonnegative, IMMUTABLE, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { ControllerRevision as StoredControllerRevision } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ControllerRevision = StoredControllerRevision;

export const ControllerRevision: Kind<ControllerRevision> = defineKind(facts.apps.v1.ControllerRevision, {
  metadataChecks: { update: ["change", "whole"] },
  columns: [
    { name: "Controller", type: "string", description: "Controller of the object", value: controllerOf },
    { name: "Revision", type: "string", value: ({ revision }) => revision },
    age,
  ],
  validate({ metadata, revision, data }) {
    const issues: Issues = [];
    checkNonnegative(revision, "revision", issues);
    if (metadata.resourceVersion !== undefined) return issues;
    if (data === null || data === undefined) issues.push(required("data", "data is mandatory"));
    else if (typeof data !== "object" || Array.isArray(data)) {
      issues.push(required("data", "data must be a valid JSON object"));
    }
    return issues;
  },
  *validateUpdate({ data }, old) {
    if (!sameJson(data, old.data)) yield invalid("data", data ?? null, IMMUTABLE);
  },
});

function controllerOf({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return "<none>";
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind}${group}`.toLowerCase() + `/${owner.name}`;
}
