import { invalid } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { isExtendedResource } from "../../core/v1/pod-spec/resources.ts";
import type { DeviceClassConfiguration, DeviceClass as StoredDeviceClass } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkConfiguration, checkSelectors, MOST_CONFIGURATIONS } from "./device-checks.ts";
import { checkItems } from "./lists.ts";

export type DeviceClass = StoredDeviceClass;

export const DeviceClass: Kind<DeviceClass> = defineKind(facts.resource.v1.DeviceClass, {
  anyGenerateName: true,
  metadataChecks: { update: ["whole", "change"] },
  answersDeleted: true,
  desired: ({ spec }) => spec,
  validate({ spec: { selectors = [], config = [], extendedResourceName } }) {
    const issues: Issues = [];
    checkSelectors(selectors, "spec.selectors", issues);
    const check = (each: DeviceClassConfiguration, at: string) => checkConfiguration(each, at, issues);
    checkItems(config, "spec.config", MOST_CONFIGURATIONS, check, issues);
    if (extendedResourceName !== undefined && !isExtendedResource(extendedResourceName)) {
      issues.push(invalid("spec.extendedResourceName", extendedResourceName, "must be a valid extended resource name"));
    }
    return issues;
  },
  columns: [age],
});
