import { duplicate, invalid, required, tooMany } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { JSONSchemaProps, SelectableField } from "../../generated/apiextensions-v1.ts";
import { fieldOf } from "./rule-validation.ts";

const MOST_FIELDS = 8;
const TYPES = ["string", "boolean", "integer"];

/** The fields of objects that selectors may name. */
export function checkSelectableFields(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps,
  at: string,
  issues: Issues,
): void {
  const known = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const here = `${at}[${index}].jsonPath`;
    if (jsonPath === "") {
      issues.push(required(here));
      continue;
    }
    const found = fieldAt(jsonPath, schema);
    if (typeof found === "string") {
      issues.push(invalid(here, jsonPath, `is an invalid path: ${found}`));
      continue;
    }
    if (/^\.metadata(?:\.|$)/.test(jsonPath)) {
      issues.push(invalid(here, jsonPath, "must not point to fields in metadata"));
    }
    if (!TYPES.includes(found.type ?? "")) issues.push(invalid(here, jsonPath, WRONG_TYPE));
    if (known.has(jsonPath)) issues.push(duplicate(here, jsonPath));
    known.add(jsonPath);
  }
  if (known.size > MOST_FIELDS) issues.push(tooMany(at, known.size, MOST_FIELDS));
}

const WRONG_TYPE =
  "must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.";

/** The schema of what stands behind names after dots, or what is wrong with the path. */
function fieldAt(path: string, schema: JSONSchemaProps): JSONSchemaProps | string {
  const tokens = path.match(/[.[\]]|[^.[\]]+/g) ?? [];
  let found = schema;
  for (let index = 0; index < tokens.length; index += 2) {
    const token = tokens[index]!;
    if (token === "[") return "array notation is not allowed";
    if (token !== ".") return `expected [ or . but got: ${token}`;
    const name = tokens[index + 1];
    if (name === undefined) return "unexpected end of JSON path";
    const inner = fieldOf(found, name);
    if (inner === undefined) return "does not refer to a valid field";
    found = inner;
  }
  return found;
}
