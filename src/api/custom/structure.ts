import type { Issue } from "../../machinery/issue.ts";
import type { Json, JsonObject } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { embeddedIssues } from "./embedded.ts";
import { listTypeIssues } from "./list-types.ts";
import { isList, isObject } from "./validate.ts";

/** What Kubernetes' own words in a schema (`x-kubernetes-…`) ask of a value: its objects of the API, its sets and maps. */
export function* structureIssues(value: Json | undefined, schema: JSONSchemaProps, at: string): Iterable<Issue> {
  if (value === undefined) return;
  const all = [...within({ value, schema, at })];
  for (const part of all) {
    const isEmbedded = part.schema["x-kubernetes-embedded-resource"] === true;
    if (isEmbedded && isObject(part.value)) yield* embeddedIssues(part.value, part.at);
  }
  for (const part of all) if (isList(part.value)) yield* listTypeIssues(part.value, part.schema, part.at);
}

interface Part {
  readonly value: Json;
  readonly schema: JSONSchemaProps;
  /** `spec.list[0]`; "" for the whole object. */
  readonly at: string;
}

/** A value and its parts, as far as the schema knows them. */
function* within(part: Part): Iterable<Part> {
  yield part;
  const { value, schema, at } = part;
  if (isList(value)) {
    const items = schema.items as JSONSchemaProps | undefined;
    if (items === undefined) return;
    for (const [index, item] of value.entries()) yield* within({ value: item, schema: items, at: `${at}[${index}]` });
  } else if (isObject(value)) yield* members(value, schema, at);
}

function* members(value: JsonObject, { properties = {}, additionalProperties }: JSONSchemaProps, at: string) {
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    if (Object.hasOwn(properties, name)) {
      yield* within({ value: member, schema: properties[name]!, at: at === "" ? name : `${at}.${name}` });
    } else if (typeof additionalProperties === "object") {
      yield* within({ value: member, schema: additionalProperties, at: `${at}[${name}]` });
    }
  }
}
