import { jsonText } from "./exact-json.ts";
import { namesInByteOrder } from "./byte-order.ts";
import { bytesToBase64, canonicalBase64, isByte } from "./base64.ts";
import { canonicalDuration } from "./duration.ts";
import { type Empty, noteGivenEmpty } from "./given-empty.ts";
import type { MutableJson, MutableJsonObject } from "./json.ts";
import { canonicalQuantity } from "./quantity.ts";
import type { Field, ListShape, MapShape, ScalarShape, Shape, StructShape } from "./shape.ts";
import { canonicalMicroTime, canonicalTime } from "./time.ts";

/** What decoding has noticed on its way. */
export interface Notes {
  /** Some struct had a member that its shape does not know. */
  unknown: boolean;
  /** Some list or map was given empty: see `given-empty.ts`. */
  empty: boolean;
}

/** A value that does not fit its shape. Why, and where, is found out afterwards: it is seldom needed. */
class Mismatch extends Error {
  override readonly name = "Mismatch";
}

export interface Decoder {
  /** @param value neither null nor undefined. @returns null for the zero time */
  readonly decode: (value: unknown, notes: Notes) => MutableJson;
  /** The value that stands for an absent one where Go writes one. */
  readonly zero: () => MutableJson;
  /** Whether Go's `omitempty` (`omitzero` for structs and times) leaves a decoded value out. */
  readonly isEmpty: (value: MutableJson) => boolean;
}

/** The decoder of a shape, made once. */
export function compile(shape: Shape): Decoder {
  const known = compiled.get(shape);
  if (known !== undefined) return known;
  const decoder = make(shape);
  compiled.set(shape, decoder);
  return decoder;
}

const compiled = new WeakMap<Shape, Decoder>();

function make(shape: Shape): Decoder {
  switch (shape.type) {
    case "struct":
      return structDecoder(shape);
    case "list":
      return listDecoder(shape);
    case "map":
      return mapDecoder(shape);
    case "any":
      return {
        decode: shape.schema === undefined ? copyJson : schemaOrOther(shape.schema),
        zero: () => null,
        isEmpty: (value) => value === null,
      };
    default:
      return scalarDecoder(shape);
  }
}

interface CompiledField {
  readonly name: string;
  readonly decoder: Decoder;
  /** What an absent field becomes. */
  readonly absent: "omitted" | "null" | "zero";
  /** Whether an empty value is as good as an absent one. */
  readonly dropsEmpty: boolean;
  /** Lists and maps: that they were given at all is noted. */
  readonly notesEmpty: boolean;
  /** A field that is named like a member that every object inherits. */
  readonly inherited: boolean;
}

function structDecoder(shape: StructShape): Decoder {
  let fields: readonly CompiledField[] | undefined;
  const compiledFields = () => (fields ??= compileFields(shape));
  const zero = () => structZero(compiledFields());
  return {
    decode: (value, notes) => decodeStruct(compiledFields(), value, notes),
    zero,
    isEmpty: (value) => isEmptyObject(value) || jsonText(value) === jsonText(zero()),
  };
}

function compileFields(shape: StructShape): readonly CompiledField[] {
  const ordered = Object.entries(shape.fields).sort(([, left], [, right]) => left.order - right.order);
  return ordered.map(([name, field]) => ({
    name,
    decoder: compile(field.shape),
    absent: absence(field),
    dropsEmpty: !field.pointer && (field.omitEmpty || field.shape.type === "list" || field.shape.type === "map"),
    notesEmpty: !field.pointer && (field.shape.type === "list" || field.shape.type === "map"),
    inherited: name in Object.prototype,
  }));
}

/** Storage keeps no empty list apart from an absent one, so that both are null where `omitempty` is missing. */
function absence(field: Field): CompiledField["absent"] {
  if (field.omitEmpty) return "omitted";
  return field.pointer || field.shape.type === "list" || field.shape.type === "map" ? "null" : "zero";
}

function decodeStruct(fields: readonly CompiledField[], value: unknown, notes: Notes): MutableJsonObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Mismatch();
  const input = value as Readonly<Record<string, unknown>>;
  const result: MutableJsonObject = {};
  let seen = 0;
  for (let index = 0; index < fields.length; index++) {
    const field = fields[index]!;
    const member = field.inherited && !Object.hasOwn(input, field.name) ? undefined : input[field.name];
    if (member !== undefined) {
      seen++;
      if (member !== null) {
        const decoded = field.decoder.decode(member, notes);
        if (decoded !== null && !(field.dropsEmpty && field.decoder.isEmpty(decoded))) {
          result[field.name] = decoded;
          continue;
        }
        if (field.notesEmpty && decoded !== null) {
          noteGivenEmpty(result, field.name, decoded as Empty);
          notes.empty = true;
        }
      }
    }
    if (field.absent !== "omitted") result[field.name] = field.absent === "null" ? null : field.decoder.zero();
  }
  if (countMembers(input) !== seen) notes.unknown = true;
  return result;
}

function countMembers(input: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (const name in input) if (input[name] !== undefined) count++;
  return count;
}

function structZero(fields: readonly CompiledField[]): MutableJsonObject {
  const result: MutableJsonObject = {};
  for (const { name, decoder, absent } of fields) {
    if (absent !== "omitted") result[name] = absent === "null" ? null : decoder.zero();
  }
  return result;
}

function listDecoder({ items }: ListShape): Decoder {
  let item: Decoder | undefined;
  return {
    decode: (value, notes) => {
      if (!Array.isArray(value)) throw new Mismatch();
      item ??= compile(items);
      const result: MutableJson[] = [];
      for (let index = 0; index < value.length; index++) {
        const member: unknown = value[index];
        result.push(member === null || member === undefined ? item.zero() : item.decode(member, notes));
      }
      return result;
    },
    zero: () => null,
    isEmpty: (value) => (value as readonly unknown[]).length === 0,
  };
}

function mapDecoder({ values }: MapShape): Decoder {
  let item: Decoder | undefined;
  // Bytes that are null are stored as none, and come back as an empty text.
  const areBytes = values.type === "string" && values.format === "byte";
  return {
    decode: (value, notes) => {
      if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Mismatch();
      item ??= compile(values);
      const input = value as Readonly<Record<string, unknown>>;
      const result: MutableJsonObject = {};
      for (const name of namesInByteOrder(input)) {
        const member = input[name];
        if (member === undefined) continue;
        const absent = areBytes ? "" : item.zero();
        setMember(result, name, member === null ? absent : item.decode(member, notes));
      }
      return result;
    },
    zero: () => null,
    isEmpty: isEmptyObject,
  };
}

/** Sets a member whatever its name: assigning to `__proto__` would do something else. */
export function setMember(target: MutableJsonObject, name: string, value: MutableJson): void {
  if (name !== "__proto__") target[name] = value;
  else Object.defineProperty(target, name, { value, writable: true, enumerable: true, configurable: true });
}

function isEmptyObject(value: MutableJson): boolean {
  for (const _ in value as object) return false;
  return true;
}

/** A copy that shares nothing with the value. */
export function copyJson(value: unknown): MutableJson {
  if (typeof value !== "object" || value === null) return (value ?? null) as MutableJson;
  if (Array.isArray(value)) return value.map(copyJson);
  const result: MutableJsonObject = {};
  for (const name of Object.keys(value)) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    if (member !== undefined) setMember(result, name, copyJson(member));
  }
  return result;
}

/** A JSON schema, a list of them, or something else: what is unknown in a schema goes unnoticed, as Kubernetes reads them apart. */
function schemaOrOther(schema: StructShape): Decoder["decode"] {
  const decodeOne = (value: unknown): MutableJson => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return copyJson(value);
    try {
      return compile(schema).decode(value, { unknown: false, empty: false });
    } catch (error) {
      if (error instanceof Mismatch) return copyJson(value);
      throw error;
    }
  };
  return (value) => (Array.isArray(value) ? value.map(decodeOne) : decodeOne(value));
}

type DecodeScalar = (value: unknown) => MutableJson;

function scalarDecoder(shape: ScalarShape): Decoder {
  const zero = zeroOf(shape);
  return {
    decode: scalarDecode(shape),
    zero: () => zero,
    isEmpty: (value) => value === zero || value === null || value === "",
  };
}

function scalarDecode({ type, format }: ScalarShape): DecodeScalar {
  if (type === "boolean") return (value) => (typeof value === "boolean" ? value : mismatch());
  if (type === "number") return decodeDouble;
  if (type === "integer") return format === "int32" ? decodeInt32 : decodeInt64;
  switch (format) {
    case "quantity":
      return decodeQuantity;
    case "int-or-string":
      return (value) => (typeof value === "string" ? value : decodeInt32(value));
    case "date-time":
      return (value) => canonicalTime(decodeString(value));
    case "micro-time":
      return (value) => canonicalMicroTime(decodeString(value));
    case "duration":
      return (value) => canonicalDuration(decodeString(value));
    case "byte":
      return (value) => (Array.isArray(value) ? bytesOneByOne(value) : canonicalBase64(decodeString(value)));
    default:
      return decodeString;
  }
}

/** Go reads a list of numbers as bytes, too, and null as zero. */
function bytesOneByOne(values: readonly unknown[]): string {
  const bytes = values.map((value) => value ?? 0);
  if (!bytes.every(isByte)) throw new Mismatch();
  return bytesToBase64(Uint8Array.from(bytes));
}

function zeroOf({ type, format }: ScalarShape): MutableJson {
  if (type === "boolean") return false;
  if (type !== "string" || format === "int-or-string") return 0;
  if (format === "quantity") return "0";
  if (format === "duration") return "0s";
  return format === "date-time" || format === "micro-time" || format === "byte" ? null : "";
}

function mismatch(): never {
  throw new Mismatch();
}

function decodeString(value: unknown): string {
  return typeof value === "string" ? value : mismatch();
}

function decodeInt32(value: unknown): number {
  return typeof value === "number" && (value | 0) === value ? value : mismatch();
}

function decodeDouble(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : mismatch();
}

/** Beyond 2^53 it is rounded: what reckons with a field can have a number there. */
function decodeInt64(value: unknown): number {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "number" || !Number.isInteger(value)) return mismatch();
  return value >= -(2 ** 63) && value < 2 ** 63 ? value : mismatch();
}

function decodeQuantity(value: unknown): string {
  if (typeof value === "string") return canonicalQuantity(value);
  return canonicalQuantity(jsonText(value));
}
