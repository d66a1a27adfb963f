import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Json } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { formatOf } from "./formats.ts";

// Numbers against a schema, as the validator of OpenAPI that Kubernetes uses tells whole numbers of 64 bits from doubles.

export function isNumber(value: Json): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

export function typeOfNumber(value: number | bigint): "integer" | "number" {
  return isWhole(value) ? "integer" : "number";
}

export function formatOfNumber(value: number | bigint): "int64" | "float64" {
  return isWhole(value) ? "int64" : "float64";
}

/** Whether it is of one of these types; every whole number is a number, too. */
export function fitsNumber(value: number | bigint, types: readonly string[]): boolean {
  return types.includes("number") || types.includes(typeOfNumber(value));
}

export function checkNumber(value: number | bigint, schema: JSONSchemaProps, at: string, issues: Issue[]): void {
  const { multipleOf, maximum, minimum, exclusiveMaximum = false, exclusiveMinimum = false } = schema;
  const refuse = (why: string) => issues.push(invalid(at, value, `${at} in body should be ${why}`));
  /** A bound that is not of the type itself is told, and what is not whole is compared as it is. */
  const asBound = (bound: number, what: string) => {
    const isOfType = checkRange(bound, schema, what, at, issues);
    return isOfType && isWhole(value) ? Math.trunc(bound) : bound;
  };
  checkRange(value, schema, "Checked", at, issues);
  if (multipleOf !== undefined) {
    const factor = asBound(multipleOf, "MultipleOf");
    // A factor that is no whole number becomes one for those that are.
    if (factor <= 0)
      issues.push(invalid(at, factor, `factor MultipleOf declared for ${at} must be positive: ${factor}`));
    else if (!isMultiple(value, factor)) refuse(`a multiple of ${multipleOf}`);
  }
  if (minimum !== undefined) {
    const least = asBound(minimum, "Minimum boundary");
    if (exclusiveMinimum && value <= least) refuse(`greater than ${minimum}`);
    else if (value < least) refuse(`greater than or equal to ${minimum}`);
  }
  if (maximum !== undefined) {
    const most = asBound(maximum, "Maximum boundary");
    if (exclusiveMaximum && value >= most) refuse(`less than ${maximum}`);
    else if (value > most) refuse(`less than or equal to ${maximum}`);
  }
}

/** Of 64 bits. What a double cannot hold is a bigint, so that a double beyond that is one of Go's, too. */
function isWhole(value: number | bigint): boolean {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

/** @returns whether the value is one of the schema's type and format */
function checkRange(
  value: number | bigint,
  schema: JSONSchemaProps,
  what: string,
  at: string,
  issues: Issue[],
): boolean {
  const { type = "" } = schema;
  const format = formatOf(schema);
  if (type === "integer" ? inRange(value, format) : fitsDouble(Number(value), format)) return true;
  const kind = format === "" ? `${type} (default format)` : `${type} with format ${format}`;
  issues.push(invalid("<nil>", "", `${what} value must be of type ${kind} in ${at}`));
  return false;
}

function inRange(value: number | bigint, format: string): boolean {
  if (typeof value === "number" && !Number.isInteger(value)) return false;
  return BigInt.asIntN(format === "int32" ? 32 : 64, BigInt(value)) === BigInt(value);
}

function fitsDouble(value: number, format: string): boolean {
  return format !== "float" || Number.isFinite(Math.fround(value));
}

/** Doubles are whole if nearly so: three tenths are three times a tenth. */
function isMultiple(value: number | bigint, factor: number): boolean {
  if (isWhole(value) && Number.isInteger(factor)) return BigInt(value) % BigInt(factor) === 0n;
  const times = factor < 1 ? (1 / factor) * Number(value) : Number(value) / factor;
  const whole = Math.trunc(times);
  if (Math.abs(times) > Number.MAX_SAFE_INTEGER) return false;
  return times === whole || (whole !== 0 && Math.abs(times - whole) / Math.abs(times + whole) < NEARLY);
}

const NEARLY = 1e-9;
