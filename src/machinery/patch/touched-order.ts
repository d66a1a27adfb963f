import { byteOrder } from "../byte-order.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Shape } from "../shape.ts";
import type { JsonPatch } from "./json-patch.ts";

/**
 * A document after a merge patch, with its members where Go writes them: those of an object that the patch has opened in the
 * order of their names, of others as they were. It is what refusals show.
 */
export function orderAfterMerge(result: Json | undefined, before: Json | undefined, patch: Json | undefined): Json {
  if (isObject(patch) && isObject(result) && isObject(before)) {
    return sorted(result, (name, member) =>
      Object.hasOwn(patch, name) ? orderAfterMerge(member, before[name], patch[name]) : member,
    );
  }
  return isObject(before) ? result! : allSorted(result!);
}

/** The same after a JSON patch, which opens whatever its paths go through. */
export function orderAfterOperations(result: Json, { operations }: JsonPatch): Json {
  const paths = operations.flatMap(({ path, from }) => [path, from].filter((text) => text !== undefined));
  return paths.reduce<Json>((document, path) => opened(document, path.split("/").slice(1)), result);
}

/** A document with its members where Go's structs have them, and those of maps in the order of their names. */
export function inShapeOrder(shape: Shape, value: Json): Json {
  if (shape.type === "list" && Array.isArray(value)) {
    return (value as readonly Json[]).map((item) => inShapeOrder(shape.items, item));
  }
  if (!isObject(value)) return value;
  if (shape.type === "map") return sorted(value, (_, member) => inShapeOrder(shape.values, member));
  if (shape.type !== "struct") return value;
  const placeOf = (name: string) => shape.fields[name]?.order ?? -1;
  const names = Object.keys(value).toSorted((a, b) => placeOf(a) - placeOf(b));
  const ordered = names.map((name) => {
    const field = shape.fields[name];
    return [name, field === undefined ? value[name]! : inShapeOrder(field.shape, value[name]!)];
  });
  return Object.fromEntries(ordered) as JsonObject;
}

function opened(value: Json, [element, ...rest]: readonly string[]): Json {
  if (element === undefined) return value;
  const name = element.replaceAll("~1", "/").replaceAll("~0", "~");
  if (Array.isArray(value)) {
    return (value as readonly Json[]).map((item, index) => (String(index) === name ? opened(item, rest) : item));
  }
  if (!isObject(value)) return value;
  return sorted(value, (key, member) => (key === name ? opened(member, rest) : member));
}

function allSorted(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(allSorted);
  return isObject(value) ? sorted(value, (_, member) => allSorted(member)) : value;
}

function sorted(object: JsonObject, change: (name: string, member: Json) => Json): JsonObject {
  const names = Object.keys(object).sort(byteOrder);
  return Object.fromEntries(names.map((name) => [name, change(name, object[name]!)]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
