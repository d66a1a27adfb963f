import { jsonInteger } from "../../machinery/exact-json.ts";
import { Optional } from "@marcbachmann/cel-js";
import type { Json, MutableJson } from "../../machinery/json.ts";
import { formatTime } from "../../machinery/time.ts";
import { CelMessage } from "./messages.ts";

/** A value without a schema, as expressions see it: whole numbers are integers. */
export function celOf(value: Json | undefined): unknown {
  if (typeof value === "number") return Number.isInteger(value) ? BigInt(value) : value;
  if (value === undefined || value === null || typeof value !== "object") return value ?? null;
  if (Array.isArray(value)) return (value as readonly Json[]).map(celOf);
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(present.map(([name, member]) => [name, celOf(member)]));
}

/** What an expression made, as JSON. @throws {TypeError} for what JSON has no form of: a type, a function's own objects */
export function jsonOf(value: unknown): MutableJson {
  if (typeof value === "bigint") return jsonInteger(value);
  if (value === null || typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) return (value as readonly unknown[]).map(jsonOf);
  if (value instanceof Date) return formatTime(value.getTime());
  if (value instanceof Optional) return value.hasValue() ? jsonOf(value.value()) : null;
  if (value instanceof CelMessage) return membersOf([...value.fields]);
  if (value instanceof Map) return membersOf([...(value as Map<string, unknown>)]);
  if (typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return membersOf(Object.entries(value));
  }
  throw new TypeError("the value has no form in JSON");
}

function membersOf(entries: readonly (readonly [string, unknown])[]): MutableJson {
  return Object.fromEntries(entries.map(([name, member]) => [name, jsonOf(member)]));
}
