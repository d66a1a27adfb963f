import { byteLength, configKey } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, tooLong } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { decodedLength } from "../../../machinery/base64.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { ConfigMap as StoredConfigMap } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ConfigMap = StoredConfigMap;

export const ConfigMap: Kind<ConfigMap> = defineKind(facts.core.v1.ConfigMap, {
  comparesFirst: true,
  columns: [
    {
      name: "Data",
      type: "string",
      value: ({ data = {}, binaryData = {} }) => Object.keys(data).length + Object.keys(binaryData).length,
    },
    age,
  ],
  validate: configMapIssues,
  validateUpdate: (map, old) => frozenIssues(map, old, ["data", "binaryData"]),
});

/** Together with the names of its keys an object must fit into the store. */
export const LARGEST_DATA_BYTES = 1024 * 1024;

function configMapIssues({ data = {}, binaryData = {} }: ConfigMap): readonly Issue[] {
  const issues: Issues = [];
  let bytes = 0;
  for (const key in data) {
    const at = `data[${key}]`;
    checkFormat(key, at, configKey, issues);
    if (key in binaryData) issues.push(invalid(at, key, "duplicate of key present in binaryData"));
    bytes += byteLength(data[key]!);
  }
  for (const key in binaryData) {
    checkFormat(key, `binaryData[${key}]`, configKey, issues);
    // What was given as null is there, and empty.
    bytes += decodedLength(binaryData[key] ?? "");
  }
  // So Kubernetes shows a field without a name: the whole is too large.
  if (bytes > LARGEST_DATA_BYTES) issues.push(tooLong("[]", LARGEST_DATA_BYTES));
  return issues;
}

type Frozen = Pick<ConfigMap, "immutable" | "data" | "binaryData">;

/** What is marked immutable stays what it is, and stays marked. */
export function frozenIssues(next: Frozen, old: Frozen, parts: readonly ("data" | "binaryData")[]): readonly Issue[] {
  if (old.immutable !== true) return [];
  const detail = "field is immutable when `immutable` is set";
  const issues: Issues = [];
  if (next.immutable !== true) issues.push(forbidden("immutable", detail));
  for (const part of parts) if (!sameJson(next[part] ?? {}, old[part] ?? {})) issues.push(forbidden(part, detail));
  return issues;
}
