import { forbidden, type Issue, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import type { Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { facts } from "../../generated/resources.ts";
import type { VolumeAttributesClass as StoredVolumeAttributesClass } from "../../generated/storage-v1.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkParameters, checkProvisioner } from "./provisioning.ts";

export type VolumeAttributesClass = StoredVolumeAttributesClass;

export const VolumeAttributesClass: Kind<VolumeAttributesClass> = defineKind(facts.storage.v1.VolumeAttributesClass, {
  comparesFirst: true,
  answersDeleted: true,
  columns: [{ name: "DriverName", type: "string", value: ({ driverName }) => driverName }, age],
  validate: classIssues,
  *validateUpdate(attributes, old) {
    for (const name of ["driverName", "parameters"] as const) {
      if (!sameJson(attributes[name], old[name])) yield forbidden(name, `updates to ${name} are forbidden.`);
    }
  },
});

function classIssues({ driverName, parameters = {} }: VolumeAttributesClass): readonly Issue[] {
  const issues: Issues = [];
  checkProvisioner(driverName, "driverName", issues);
  checkParameters(parameters, issues);
  if (Object.keys(parameters).length === 0) {
    issues.push(required("parameters", "must contain at least one key/value pair"));
  }
  return issues;
}
