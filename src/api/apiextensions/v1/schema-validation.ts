import { forbidden, invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { JSONSchemaProps } from "../../generated/apiextensions-v1.ts";
import { checkExpressions, checkRuleTexts } from "./rule-validation.ts";

const TYPES = ["array", "boolean", "integer", "number", "object", "string"];

/**
 * What a schema has to be so that objects can be pruned, defaulted and owned by it: structural, which means that every
 * field says its type where it stands, and that what else is said of it in `allOf` and the like adds checks alone.
 */
export function checkRootSchema(schema: JSONSchemaProps, hasStatus: boolean, at: string, issues: Issues): void {
  if (hasStatus && schema.type !== "object") {
    const why = 'only "object" is allowed as the type at the root of the schema if the status subresource is enabled';
    issues.push(invalid(`${at}.type`, schema.type ?? "", why));
  }
  if (schema.nullable === true) issues.push(forbidden(`${at}.nullable`, "nullable cannot be true at the root"));
  const before = issues.length;
  checkSchema(schema, at, issues);
  // Of a schema that is none, types cannot be relied on.
  if (issues.length === before) checkExpressions(schema, { at, isResource: true }, issues);
  checkStructure(schema, at, "root", issues);
}

/** What no schema may say, wherever it stands. */
function checkSchema(schema: JSONSchemaProps, at: string, issues: Issues): void {
  if (schema.type !== undefined && schema.type !== "" && !TYPES.includes(schema.type)) {
    issues.push(notSupported(`${at}.type`, schema.type, TYPES));
  }
  for (const name of ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"] as const) {
    if (schema[name] !== undefined && schema[name] !== "")
      issues.push(forbidden(`${at}.${name}`, `${name} is not supported`));
  }
  if (Array.isArray(schema.items))
    issues.push(forbidden(`${at}.items`, "items must be a schema object and not an array"));
  if (schema.uniqueItems === true) {
    const why = "uniqueItems cannot be set to true since the runtime complexity becomes quadratic";
    issues.push(forbidden(`${at}.uniqueItems`, why));
  }
  if (
    schema.properties !== undefined &&
    schema.additionalProperties !== undefined &&
    schema.additionalProperties !== true
  ) {
    issues.push(forbidden(`${at}.additionalProperties`, "additionalProperties and properties are mutual exclusive"));
  }
  if (schema["x-kubernetes-preserve-unknown-fields"] === false) {
    issues.push(invalid(`${at}.x-kubernetes-preserve-unknown-fields`, false, "must be true or undefined"));
  }
  checkRuleTexts(schema, at, issues);
  checkListType(schema, at, issues);
  checkMapType(schema, at, issues);
  for (const [inner, place] of innerSchemas(schema, at)) checkSchema(inner, place, issues);
}

function checkMapType(
  { type = "", "x-kubernetes-map-type": mapType }: JSONSchemaProps,
  at: string,
  issues: Issues,
): void {
  if (mapType === undefined) return;
  const why = "must be object if x-kubernetes-map-type is specified";
  if (type === "") issues.push(required(`${at}.type`, why));
  else if (type !== "object") issues.push(invalid(`${at}.type`, type, why));
  if (mapType !== "atomic" && mapType !== "granular") {
    issues.push(notSupported(`${at}.x-kubernetes-map-type`, mapType, ["atomic", "granular"]));
  }
}

function checkListType(schema: JSONSchemaProps, at: string, issues: Issues): void {
  const listType = schema["x-kubernetes-list-type"];
  const keys = schema["x-kubernetes-list-map-keys"] ?? [];
  const here = `${at}.x-kubernetes-list-type`;
  if (listType !== undefined) {
    const why = "must be array if x-kubernetes-list-type is specified";
    if ((schema.type ?? "") === "") issues.push(required(`${at}.type`, why));
    else if (schema.type !== "array") issues.push(invalid(`${at}.type`, schema.type, why));
    if (!["atomic", "set", "map"].includes(listType))
      issues.push(notSupported(here, listType, ["atomic", "set", "map"]));
  }
  if (keys.length > 0 && listType !== "map") {
    const why = "must be map if x-kubernetes-list-map-keys is non-empty";
    issues.push(listType === undefined ? required(here, why) : invalid(here, listType, why));
  }
  if (listType !== "map") return;
  const keysAt = `${at}.x-kubernetes-list-map-keys`;
  if (keys.length === 0) issues.push(required(keysAt, "must not be empty if x-kubernetes-list-type is map"));
  const { items } = schema;
  if (items === undefined || isList(items)) {
    issues.push(required(`${at}.items`, "must have a schema if x-kubernetes-list-type is map"));
    return;
  }
  if (items.type !== "object") {
    const why = "must be object if parent array's x-kubernetes-list-type is map";
    issues.push(invalid(`${at}.items.type`, items.type ?? "", why));
  }
  if (keys.some((key) => items.properties?.[key] === undefined)) {
    issues.push(invalid(keysAt, keys, "entries must all be names of item properties"));
  }
  if (new Set(keys).size < keys.length) issues.push(invalid(keysAt, keys, "must not contain duplicate entries"));
  for (const key of keys) {
    if (items.required?.includes(key) === true || items.properties?.[key]?.default !== undefined) continue;
    const why = "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property";
    issues.push(required(`${at}.items.properties[${key}].default`, why));
  }
}

type Level = "root" | "field" | "item";

/** That each field says what it is. */
function checkStructure(schema: JSONSchemaProps, at: string, level: Level, issues: Issues): void {
  const { type = "" } = schema;
  const embedded = schema["x-kubernetes-embedded-resource"] === true;
  const free = schema["x-kubernetes-int-or-string"] === true || schema["x-kubernetes-preserve-unknown-fields"] === true;
  if (type === "array" && schema.items === undefined) issues.push(required(`${at}.items`, "must be specified"));
  if (embedded && type !== "object") {
    const why = "must be object if x-kubernetes-embedded-resource is true";
    issues.push(type === "" ? required(`${at}.type`, why) : invalid(`${at}.type`, type, why));
  } else if (type === "" && (level === "root" || !free)) issues.push(required(`${at}.type`, WITHOUT_TYPE[level]));
  if (level === "root" && type !== "" && type !== "object") {
    issues.push(invalid(`${at}.type`, type, "must be object at the root"));
  }
  if (level === "root" && typeof schema.additionalProperties === "object") {
    issues.push(forbidden(`${at}.additionalProperties`, "must not be used at the root"));
  }
  for (const [name, inner] of Object.entries(schema.properties ?? {})) {
    const isMetadata = name === "metadata" && (level === "root" || embedded);
    if (isMetadata) checkMetadata(inner, `${at}.properties[${name}]`, issues);
    else checkStructure(inner, `${at}.properties[${name}]`, "field", issues);
  }
  const { items, additionalProperties } = schema;
  if (items !== undefined && !isList(items)) checkStructure(items, `${at}.items`, "item", issues);
  if (typeof additionalProperties === "object") {
    checkStructure(additionalProperties, `${at}.additionalProperties`, "field", issues);
  }
}

const WITHOUT_TYPE: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  field: "must not be empty for specified object fields",
  item: "must not be empty for specified array items",
};

/** Metadata is Kubernetes' own: a schema may but restrict names. */
function checkMetadata(schema: JSONSchemaProps, at: string, issues: Issues): void {
  const others = Object.keys(schema.properties ?? {}).filter((name) => name !== "name" && name !== "generateName");
  if (others.length === 0) return;
  const why = "must not specify anything other than name and generateName, but metadata is implicitly specified";
  issues.push(forbidden(at, why));
}

/** The schemas within a schema, each with its place. */
export function* innerSchemas(schema: JSONSchemaProps, at: string): Iterable<readonly [JSONSchemaProps, string]> {
  for (const [name, inner] of Object.entries(schema.properties ?? {})) yield [inner, `${at}.properties[${name}]`];
  const { items, additionalProperties, not } = schema;
  if (items !== undefined && !isList(items)) yield [items, `${at}.items`];
  if (typeof additionalProperties === "object") yield [additionalProperties, `${at}.additionalProperties`];
  if (not !== undefined) yield [not, `${at}.not`];
  for (const part of ["allOf", "anyOf", "oneOf"] as const) {
    for (const [index, inner] of (schema[part] ?? []).entries()) yield [inner, `${at}.${part}[${index}]`];
  }
}

function isList(items: NonNullable<JSONSchemaProps["items"]>): items is readonly JSONSchemaProps[] {
  return Array.isArray(items);
}
