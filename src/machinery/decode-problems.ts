import { jsonText } from "./exact-json.ts";
import { canonicalBase64, isByte } from "./base64.ts";
import { canonicalDuration } from "./duration.ts";
import { goTypeOf, innerGoType } from "./go-type.ts";
import { quoted } from "./issue.ts";
import type { Json } from "./json.ts";
import type { JsonMembers } from "./json-text.ts";
import { parseNode } from "./json-text.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { ScalarShape, Shape } from "./shape.ts";
import { canonicalMicroTime, canonicalTime } from "./time.ts";

/** A document that does not fit its kind; the message is the sentence that Go's decoder says. */
export class DecodeError extends Error {
  override readonly name = "DecodeError";
}

/** Kubernetes stops counting here. */
const MOST_PROBLEMS = 100;

/**
 * What strict decoding objects to, in the order of the document and each thing once.
 * @param text where it is given, duplicate fields are looked for in it
 */
export function strictProblems(shape: Shape, value: Json, text?: string): readonly string[] {
  const problems = new Set<string>();
  if (text === undefined) collectStrict({ problems, membersOf: Object.entries }, shape, value, "");
  else collectStrict({ problems, membersOf: (node) => (node as JsonMembers).members }, shape, parseNode(text), "");
  return [...problems].slice(0, MOST_PROBLEMS);
}

interface StrictWalk {
  readonly problems: Set<string>;
  readonly membersOf: (value: object) => Iterable<readonly [string, unknown]>;
}

function collectStrict(walk: StrictWalk, shape: Shape, value: unknown, path: string): void {
  if (typeof value !== "object" || value === null) return;
  if (shape.type === "list" && Array.isArray(value)) {
    value.forEach((item: unknown, index) => collectStrict(walk, shape.items, item, `${path}[${index}]`));
    return;
  }
  if ((shape.type !== "struct" && shape.type !== "map") || Array.isArray(value)) return;
  const seen = new Set<string>();
  for (const [name, member] of walk.membersOf(value)) {
    if (member === undefined) continue;
    const at = path === "" ? name : `${path}.${name}`;
    const inner = shape.type === "map" ? shape.values : ownField(shape.fields, name)?.shape;
    if (inner === undefined) {
      walk.problems.add(`unknown field ${quoted(at)}`);
      continue;
    }
    if (seen.has(name)) walk.problems.add(`duplicate field ${quoted(at)}`);
    seen.add(name);
    collectStrict(walk, inner, member, at);
  }
}

function ownField<T>(fields: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/**
 * Why a value does not decode. Go goes on after a value of a wrong type and reports the first of them at the end, but
 * stops at a value that the type's own reader refuses.
 */
export function diagnose(shape: Shape, value: Json): DecodeError | undefined {
  const walk: TypeWalk = { fields: [], struct: "", saved: undefined };
  try {
    collectTypes(walk, shape, value);
  } catch (error) {
    if (error instanceof DecodeError) return error;
    throw error;
  }
  return walk.saved;
}

interface TypeWalk {
  /** The struct fields on the way to the value. Indexes and keys of maps are no part of it. */
  readonly fields: string[];
  struct: string;
  saved: DecodeError | undefined;
}

/** @param goType what Go calls the type, where the shape does not tell */
function collectTypes(walk: TypeWalk, shape: Shape, value: unknown, goType?: string): void {
  if (value === null || value === undefined || shape.type === "any") return;
  if (shape.type === "list") {
    if (!Array.isArray(value)) save(walk, wrongType(walk, value, goType ?? goTypeOf(shape)));
    else for (const item of value) collectTypes(walk, shape.items, item, innerGoType(goType));
    return;
  }
  if (shape.type !== "struct" && shape.type !== "map") {
    checkScalar(walk, shape, value, goType ?? goTypeOf(shape));
    return;
  }
  if (typeof value !== "object" || Array.isArray(value)) {
    save(walk, wrongType(walk, value, goType ?? goTypeOf(shape)));
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    if (shape.type === "map") collectTypes(walk, shape.values, member, innerGoType(goType));
    else {
      const field = ownField(shape.fields, name);
      if (field === undefined) continue;
      const { struct: outer, fields } = walk;
      const depth = fields.length;
      walk.struct = lastPart(shape.name);
      fields.push(...(field.inlined ?? []), name);
      collectTypes(walk, field.shape, member, field.goType);
      fields.length = depth;
      walk.struct = outer;
    }
  }
}

function save(walk: TypeWalk, error: DecodeError): void {
  walk.saved ??= error;
}

function checkScalar(walk: TypeWalk, shape: ScalarShape, value: unknown, goType: string): void {
  const { type, format } = shape;
  if (format === "quantity") {
    refuse(() => canonicalQuantity(typeof value === "string" ? value : jsonText(value)));
  } else if (format === "int-or-string") {
    if (typeof value !== "string" && !fits(value, "int32")) throw wrongType(walk, value, "int32", true);
  } else if (format === "date-time" || format === "micro-time" || format === "duration") {
    if (typeof value !== "string") throw wrongType(walk, value, "string");
    refuse(() => READERS[format](value));
  } else if (format === "byte" && Array.isArray(value)) {
    for (const item of value as readonly unknown[])
      if (!isByte(item ?? 0)) save(walk, wrongType(walk, item, "uint8", true));
  } else if (format === "byte" && typeof value === "string") {
    try {
      canonicalBase64(value);
    } catch (error) {
      save(walk, new DecodeError((error as Error).message, { cause: error }));
    }
  } else if (format === "byte" || !fits(value, type === "integer" ? (format ?? "int64") : type)) {
    save(walk, wrongType(walk, value, goType, type === "integer" || type === "number"));
  }
}

const READERS = { "date-time": canonicalTime, "micro-time": canonicalMicroTime, duration: canonicalDuration };

/** Runs a type's own reader; what it throws ends the decoding. */
function refuse(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    throw new DecodeError((error as Error).message, { cause: error });
  }
}

function fits(value: unknown, type: string): boolean {
  if (type === "int32") return typeof value === "number" && (value | 0) === value;
  if (type === "int64") {
    if (typeof value === "bigint") return true;
    return typeof value === "number" && Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
  }
  return typeof value === type || (type === "number" && typeof value === "bigint");
}

/** @param isNumber the type is one of numbers, and this number is none of it */
function wrongType(walk: TypeWalk, value: unknown, type: string, isNumber = false): DecodeError {
  const where = walk.fields.length === 0 ? "Go value" : `Go struct field ${walk.struct}.${walk.fields.join(".")}`;
  return new DecodeError(`json: cannot unmarshal ${described(value, isNumber)} into ${where} of type ${type}`);
}

function described(value: unknown, isNumber: boolean): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number" || typeof value === "bigint") return isNumber ? `number ${value}` : "number";
  return typeof value;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf(".") + 1);
}
