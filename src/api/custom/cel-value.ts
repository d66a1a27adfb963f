import { Duration } from "@marcbachmann/cel-js/evaluator";
import { base64ToBytes } from "../../machinery/base64.ts";
import { parseDuration } from "../../machinery/duration.ts";
import type { Json, JsonObject } from "../../machinery/json.ts";
import { parseTime } from "../../machinery/time.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";

/** A value as expressions see it: integers are no floating point numbers, texts are what their formats say, names can be written. */
export function celValue(value: Json, schema: JSONSchemaProps | undefined): unknown {
  if (typeof value === "number") {
    const isInteger = schema === undefined || schema.type !== "number";
    return isInteger && Number.isInteger(value) ? BigInt(value) : value;
  }
  if (typeof value === "bigint") return schema?.type === "number" ? Number(value) : value;
  if (typeof value === "string") return celText(value, schema?.format);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema?.items) ? undefined : (schema?.items as JSONSchemaProps | undefined);
    return (value as readonly Json[]).map((item) => celValue(item, items));
  }
  return celObject(value as JsonObject, schema);
}

function celText(text: string, format: string | undefined): unknown {
  switch (format) {
    case "date-time":
      return new Date(parseTime(text));
    case "date":
      return new Date(`${text}T00:00:00Z`);
    case "duration":
      return Duration.fromMilliseconds(parseDuration(text));
    case "byte":
      return base64ToBytes(text);
    default:
      return text;
  }
}

function celObject(value: JsonObject, schema: JSONSchemaProps | undefined): Readonly<Record<string, unknown>> {
  const result: Record<string, unknown> = {};
  const { properties = {}, additionalProperties } = schema ?? {};
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const declared = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const inner = declared ?? (typeof additionalProperties === "object" ? additionalProperties : undefined);
    // The keys of maps are values, and stay as they are.
    result[declared === undefined ? name : escapedName(name)] = celValue(member, inner);
  }
  return result;
}

/** A property's name as an expression writes it. */
export function escapedName(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`;
  return name
    .replaceAll("__", "__underscores__")
    .replaceAll(".", "__dot__")
    .replaceAll("-", "__dash__")
    .replaceAll("/", "__slash__");
}

const RESERVED: ReadonlySet<string> = new Set(
  (
    "true false null in as break const continue else for function if import let loop package namespace return var void " +
    "while"
  ).split(" "),
);
