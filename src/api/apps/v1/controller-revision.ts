import { age } from "../../columns.ts";
import type { ControllerRevision as StoredControllerRevision } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ControllerRevision = StoredControllerRevision;

export const ControllerRevision: Kind<ControllerRevision> = defineKind(facts.apps.v1.ControllerRevision, {
  columns: [
    { name: "Controller", type: "string", description: "Controller of the object", value: controllerOf },
    { name: "Revision", type: "string", value: ({ revision }) => revision },
    age,
  ],
});

function controllerOf({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (owner === undefined) return "<none>";
  const group = owner.apiVersion.includes("/") ? `.${owner.apiVersion.split("/")[0]}` : "";
  return `${owner.kind}${group}`.toLowerCase() + `/${owner.name}`;
}
