import type { Shape } from "../../src/machinery/shape.ts";

/** A place in an object, and what its shape says may stand there. */
export interface Place {
  readonly path: readonly (string | number)[];
  readonly shape: Shape;
}

const DEPTH = 7;
/** What an object is, and who manages its fields: nearly every change of those is the same refusal. */
const SKIPPED = new Set(["managedFields", "kind", "apiVersion"]);

/** All places below one, those of the first item of a list among them. */
export function placesIn(shape: Shape, path: Place["path"] = []): readonly Place[] {
  if (path.length > DEPTH) return [];
  const at = (inner: Shape, key: string | number): readonly Place[] => {
    const place = [...path, key];
    return [{ path: place, shape: inner }, ...placesIn(inner, place)];
  };
  if (shape.type === "list") return at(shape.items, 0);
  if (shape.type === "map") return at(shape.values, "a");
  if (shape.type !== "struct") return [];
  return Object.entries(shape.fields).flatMap(([name, field]) => (SKIPPED.has(name) ? [] : at(field.shape, name)));
}

const LONG = "long-".repeat(60);

/** Values that are wrong at a place, or nearly: of another type, out of range, too long, none of an enumeration, empty. */
export function badValues(shape: Shape): readonly unknown[] {
  switch (shape.type) {
    case "string":
      return stringsFor(shape.format);
    case "integer":
      return ["1", -1, 0, 2_147_483_648, 1.5, 1e30, true, {}];
    case "number":
      return ["1", true];
    case "boolean":
      return ["true", 1, {}];
    case "struct":
      return ["text", 7, [], { unknownField: 1 }];
    case "list":
      return ["text", 7, {}, [null], ["text"], [{}], [7]];
    case "map":
      return ["text", [], { "bad key!": "x" }, { a: 1 }, { a: null }];
    case "any":
      return [];
  }
}

function stringsFor(format?: string): readonly unknown[] {
  const any = [7, true, {}, ["x"], "", "Not valid!", LONG];
  switch (format) {
    case "quantity":
      return [...any, "1.5.5", "-1", "1e400", "12345678901234567890Ei", 1.5];
    case "date-time":
    case "micro-time":
      return [...any, "2026-01-02", "2026-01-02T03:04:05+01:00", "2026-13-02T03:04:05Z"];
    case "int-or-string":
      return [...any, "101%", "-1%", -1, 65_536, 1.5];
    default:
      return any;
  }
}

/** The object with a value at a place, and the rest as it is; what is missing on the way is made. */
export function withValue(object: unknown, path: Place["path"], value: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return value;
  if (typeof key === "number") {
    const [first, ...others] = Array.isArray(object) ? (object as readonly unknown[]) : [];
    return [withValue(first, rest, value), ...others];
  }
  const old = typeof object === "object" && object !== null ? (object as Record<string, unknown>) : {};
  return { ...old, [key]: withValue(old[key], rest, value) };
}

/** Evenly taken out of many, so that each part is there. */
export function someOf<T>(all: readonly T[], count: number): readonly T[] {
  if (all.length <= count) return all;
  return Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]!);
}
