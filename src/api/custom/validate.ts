import { jsonText } from "../../machinery/exact-json.ts";
import { invalid, type Issue, notSupported, required, tooLong, tooMany, typeInvalid } from "../../machinery/issue.ts";
import type { Json, JsonObject } from "../../machinery/json.ts";
import { sameJson } from "../../machinery/same-json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { formatOf, isOfFormat } from "./formats.ts";
import { checkNumber, fitsNumber, formatOfNumber, isNumber, typeOfNumber } from "./numbers.ts";

type Issues = Issue[];

/** Everything in which a value does not keep to a schema, in Kubernetes' words. @param at its path, "" at the root */
export function checkValue(value: Json, schema: JSONSchemaProps, at: string): Issues {
  const issues: Issues = [];
  if (value === null) {
    const wanted = typesOf(schema);
    if (wanted.length > 0 && schema.nullable !== true) issues.push(wrongType(at, wanted, "null"));
    checkEnum(value, schema, at, issues);
    return issues;
  }
  checkType(value, schema, at, issues);
  checkCombinations(value, schema, at, issues);
  if (typeof value === "string") checkText(value, schema, at, issues);
  else if (isNumber(value)) checkNumber(value, schema, at, issues);
  else if (isList(value)) checkItems(value, schema, at, issues);
  checkEnum(value, schema, at, issues);
  if (isObject(value)) checkMembers(value, schema, at, issues);
  return issues;
}

function typesOf(schema: JSONSchemaProps): readonly string[] {
  if (schema["x-kubernetes-int-or-string"] === true) return ["integer", "string"];
  return schema.type === undefined || schema.type === "" ? [] : [schema.type];
}

function wrongType(at: string, wanted: readonly string[], found: string): Issue {
  return typeInvalid(fieldOf(at), found, `${at} in body must be of type ${wanted.join(",")}: "${found}"`);
}

/** How messages name the field; the whole object has no name. */
function fieldOf(at: string): string {
  return at === "" ? "<nil>" : at;
}

function typeOf(value: Json): string {
  if (isList(value)) return "array";
  return isNumber(value) ? typeOfNumber(value) : typeof value;
}

function checkType(value: Json, schema: JSONSchemaProps, at: string, issues: Issues): void {
  const format = formatOf(schema);
  const wanted = typesOf(schema);
  if (wanted.length === 0) return;
  if (isNumber(value) ? fitsNumber(value, wanted) : wanted.includes(typeOf(value))) return;
  if (format === "") issues.push(wrongType(at, wanted, typeOf(value)));
  // The format speaks for the type. Where the type is none of numbers, texts and lists are left to the format.
  else if (typeof value !== "string" && !isList(value)) {
    issues.push(wrongType(at, [format], isNumber(value) ? formatOfNumber(value) : ""));
  } else if (fitsNumber(0, wanted)) issues.push(wrongType(at, wanted, typeOf(value)));
}

function checkText(value: string, schema: JSONSchemaProps, at: string, issues: Issues): void {
  const { maxLength, minLength, pattern } = schema;
  const format = formatOf(schema);
  const length = maxLength === undefined && minLength === undefined ? 0 : [...value].length;
  if (maxLength !== undefined && length > maxLength) issues.push(tooLong(at, maxLength));
  if (minLength !== undefined && length < minLength) {
    issues.push(invalid(at, value, `${at} in body should be at least ${minLength} chars long`));
  }
  if (pattern !== undefined && pattern !== "" && !expression(pattern).test(value)) {
    issues.push(invalid(at, value, `${at} in body should match '${pattern}'`));
  }
  if (!isOfFormat(value, format)) {
    issues.push(typeInvalid(at, value, `${at} in body must be of type ${format}: ${JSON.stringify(value)}`));
  }
}

const expressions = new Map<string, RegExp>();
const REMEMBERED = 1024;

function expression(pattern: string): RegExp {
  let known = expressions.get(pattern);
  if (known === undefined) {
    if (expressions.size >= REMEMBERED) expressions.clear();
    expressions.set(pattern, (known = new RegExp(pattern, "u")));
  }
  return known;
}

function checkItems(value: readonly Json[], schema: JSONSchemaProps, at: string, issues: Issues): void {
  const { items, minItems, maxItems } = schema;
  if (items !== undefined && !Array.isArray(items)) {
    for (const [index, item] of value.entries()) {
      issues.push(...checkValue(item, items as JSONSchemaProps, `${at}[${index}]`));
    }
  }
  if (minItems !== undefined && value.length < minItems) {
    issues.push(invalid(at, value.length, `${at} in body should have at least ${minItems} items`));
  }
  if (maxItems !== undefined && value.length > maxItems) issues.push(tooMany(at, value.length, maxItems));
}

function checkMembers(value: JsonObject, schema: JSONSchemaProps, at: string, issues: Issues): void {
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const names = Object.keys(value);
  if (minProperties !== undefined && names.length < minProperties) {
    issues.push(invalid(fieldOf(at), names.length, `${at} in body should have at least ${minProperties} properties`));
  }
  if (maxProperties !== undefined && names.length > maxProperties) {
    issues.push(tooMany(fieldOf(at), names.length, maxProperties));
  }
  const inner = (name: string) => (at === "" ? name : `${at}.${name}`);
  if (typeof additionalProperties === "object") {
    for (const name of names) {
      if (!Object.hasOwn(properties, name)) issues.push(...checkValue(value[name]!, additionalProperties, inner(name)));
    }
  }
  for (const [name, property] of Object.entries(properties)) {
    const member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member !== undefined) issues.push(...checkValue(member, property, inner(name)));
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name) || value[name] === undefined) issues.push(required(inner(name)));
  }
}

function checkEnum(value: Json, { enum: allowed }: JSONSchemaProps, at: string, issues: Issues): void {
  if (allowed === undefined || allowed.some((each) => sameJson(each, value))) return;
  const texts = allowed.map((each) => (typeof each === "string" ? each : jsonText(each)));
  issues.push(notSupported(at, value, texts));
}

/** What holds of a value by several schemas at once. */
function checkCombinations(value: Json, schema: JSONSchemaProps, at: string, issues: Issues): void {
  const { allOf = [], anyOf = [], oneOf = [], not } = schema;
  const outcomes = (schemas: readonly JSONSchemaProps[]) => schemas.map((each) => checkValue(value, each, at));
  const refuse = (why: string) => issues.push(invalid("<nil>", "", `"${at}" ${why}`));
  if (anyOf.length > 0) {
    const all = outcomes(anyOf);
    if (!all.some((found) => found.length === 0)) {
      refuse("must validate at least one schema (anyOf)");
      issues.push(...all[0]!);
    }
  }
  if (oneOf.length > 0) {
    const all = outcomes(oneOf);
    const valid = all.filter((found) => found.length === 0).length;
    if (valid !== 1) {
      const found = valid === 0 ? "Found none valid" : `Found ${valid} valid alternatives`;
      refuse(`must validate one and only one schema (oneOf). ${found}`);
      if (valid === 0) issues.push(...all[0]!);
    }
  }
  if (allOf.length > 0) {
    const all = outcomes(allOf);
    const valid = all.filter((found) => found.length === 0).length;
    issues.push(...all.flat());
    if (valid < allOf.length) {
      refuse(`must validate all the schemas (allOf)${valid === 0 ? ". None validated" : ""}`);
    }
  }
  if (not !== undefined && checkValue(value, not, at).length === 0) refuse("must not validate the schema (not)");
}

export function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

export function isObject(value: Json): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
