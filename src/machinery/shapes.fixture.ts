import type { Field, ListShape, MapShape, ScalarFormat, ScalarShape, Shape, StructShape } from "./shape.ts";

// Small shapes for tests, written like the Go structs they stand for.

export function struct(
  name: string,
  fields: Readonly<Record<string, Partial<Field> & { readonly shape: Shape }>>,
): StructShape {
  const full = Object.entries(fields).map(([field, given], order): [string, Field] => [
    field,
    { order, required: false, pointer: false, omitEmpty: true, ...given },
  ]);
  return { type: "struct", name: `io.k8s.api.${name}`, atomic: false, fields: Object.fromEntries(full) };
}

export function list(
  items: Shape,
  listType: ListShape["listType"] = "atomic",
  mapKeys: readonly string[] = [],
): ListShape {
  return { type: "list", items, listType, mapKeys };
}

export function map(values: Shape, atomic = false): MapShape {
  return { type: "map", values, atomic };
}

export function text(format?: ScalarFormat): ScalarShape {
  return format === undefined ? { type: "string" } : { type: "string", format };
}

export const string = text();
export const int32: ScalarShape = { type: "integer", format: "int32" };
export const int64: ScalarShape = { type: "integer", format: "int64" };
export const boolean: ScalarShape = { type: "boolean" };
export const double: ScalarShape = { type: "number", format: "double" };
