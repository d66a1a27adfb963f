import { age } from "../../columns.ts";
import type { DeviceClass as StoredDeviceClass } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type DeviceClass = StoredDeviceClass;

/** Its selectors and configurations are not looked into yet. */
export const DeviceClass: Kind<DeviceClass> = defineKind(facts.resource.v1.DeviceClass, {
  anyGenerateName: true,
  metadataChecks: { update: ["whole", "change"] },
  answersDeleted: true,
  desired: ({ spec }) => spec,
  columns: [age],
});
