import { quoted } from "../../../machinery/issue.ts";
import { age } from "../../columns.ts";
import type { ResourceSlice as StoredResourceSlice } from "../../generated/resource-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { sliceIssues } from "./slice-validation.ts";

export type ResourceSlice = StoredResourceSlice;

export const ResourceSlice: Kind<ResourceSlice> = defineKind(facts.resource.v1.ResourceSlice, {
  answersDeleted: true,
  desired: ({ spec }) => spec,
  fields: {
    "spec.driver": ({ spec }) => spec.driver,
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
  },
  columns: [
    { name: "Node", type: "string", value: ({ spec }) => spec.nodeName ?? "" },
    { name: "Driver", type: "string", value: ({ spec }) => spec.driver },
    { name: "Pool", type: "string", value: ({ spec }) => spec.pool.name },
    age,
  ],
  validate: (slice) => (slice.metadata.resourceVersion === undefined ? sliceIssues(slice) : []),
  validateUpdate: (slice, old) => sliceIssues(slice, old),
  *warnings({ spec: { driver } }) {
    if (driver === driver.toLowerCase()) return;
    yield `spec.driver: driver names should be lowercase; ${quoted(driver)} contains uppercase characters`;
  },
});
