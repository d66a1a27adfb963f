import { DecodeError, decodeValue } from "../decode.ts";
import { innerGoType } from "../go-type.ts";
import type { ScalarShape, Shape } from "../shape.ts";

/**
 * What Kubernetes says of a merged object that does not fit its shape. After a strategic merge patch it does not read JSON,
 * but restores the object from what it holds already, which has words of its own, and takes numbers for what they are.
 * @param goType what Go calls the type, where the shape does not tell
 * @returns undefined for an object that fits
 */
export function restoreProblem(shape: Shape, value: unknown, goType?: string): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (shape.type) {
    case "struct": {
      if (!isMap(value)) return `cannot restore struct from: ${goKind(value)}`;
      const fields = Object.entries(shape.fields).toSorted(([, left], [, right]) => left.order - right.order);
      return first(fields, ([name, field]) =>
        Object.hasOwn(value, name) ? restoreProblem(field.shape, value[name], field.goType) : undefined,
      );
    }
    case "map":
      if (!isMap(value)) return `cannot restore map from ${goKind(value)}`;
      return first(Object.values(value), (member) => restoreProblem(shape.values, member, innerGoType(goType)));
    case "list":
      if (!Array.isArray(value)) return `cannot restore slice from ${goKind(value)}`;
      return first(value, (item) => restoreProblem(shape.items, item, innerGoType(goType)));
    case "any":
      return undefined;
    default:
      return scalarProblem(shape, value, goType);
  }
}

function scalarProblem(shape: ScalarShape, value: unknown, goType: string | undefined): string | undefined {
  const { type, format } = shape;
  // Bytes may come one by one.
  if (format === "byte" && Array.isArray(value)) {
    return value.every((byte) => typeof byte === "number") ? undefined : "unrecognized type: uint8";
  }
  if (format === "byte" && typeof value !== "string") return `cannot restore slice from ${goKind(value)}`;
  // What reads itself says itself what is wrong.
  if (format === "byte") return readProblem(shape, value, "error decoding from json: ");
  if (format !== undefined && !NUMBER_FORMATS.has(format)) return readProblem(shape, value, "");
  const kind = goKind(value);
  const wanted = goKindOf(shape);
  if (type === "string") {
    if (kind === "string") return undefined;
    return kind === "int64" ? `cannot convert int64 to ${goType ?? wanted}` : `unrecognized type: ${wanted}`;
  }
  if (type === "boolean") return kind === "bool" ? undefined : `unrecognized type: ${wanted}`;
  if (typeof value === "bigint") return undefined;
  if (typeof value !== "number") return `unrecognized type: ${wanted}`;
  const fits = type === "number" || Number.isInteger(value);
  return fits ? undefined : `cannot convert float64 to ${goType ?? wanted}`;
}

const NUMBER_FORMATS: ReadonlySet<string> = new Set(["int32", "int64", "double"]);

function readProblem(shape: ScalarShape, value: unknown, prefix: string): string | undefined {
  try {
    decodeValue(shape, value);
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return `${prefix}${error.message}`;
  }
}

/** What Go's types of that shape are made of. */
function goKindOf({ type, format }: ScalarShape): string {
  if (type === "boolean") return "bool";
  if (type === "number") return "float64";
  return type === "integer" ? (format ?? "int") : "string";
}

function goKind(value: unknown): string {
  if (Array.isArray(value)) return "slice";
  if (typeof value === "object") return "map";
  if (typeof value === "bigint") return "int64";
  if (typeof value === "number") return Number.isSafeInteger(value) ? "int64" : "float64";
  return typeof value === "boolean" ? "bool" : "string";
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
