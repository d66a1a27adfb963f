import { age } from "../../columns.ts";
import type { ConfigMap as StoredConfigMap } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ConfigMap = StoredConfigMap;

export const ConfigMap: Kind<ConfigMap> = defineKind(facts.core.v1.ConfigMap, {
  columns: [
    {
      name: "Data",
      type: "string",
      value: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
    },
    age,
  ],
});
