import { byteOrder } from "../byte-order.ts";
import type { Json, JsonObject } from "../json.ts";
import type { Shape } from "../shape.ts";

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

/** The same after a JSON patch. @param opened the objects and lists that its operations have opened */
export function orderWhereOpened(value: Json, opened: ReadonlySet<Json>): Json {
  if (!opened.has(value)) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => orderWhereOpened(item, opened));
  return isObject(value) ? sorted(value, (_, member) => orderWhereOpened(member, opened)) : value;
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

/** A document with the members of all its objects in the order of their names. */
export function allSorted(value: Json): Json {
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
