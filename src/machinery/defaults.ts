import { copyJson } from "./decode-compile.ts";
import type { MutableJson, MutableJsonObject } from "./json.ts";
import type { Field, Shape } from "./shape.ts";

/**
 * Fills in the defaults that the shape declares, in place: where a field is absent, or zero and no pointer. Defaults that
 * hang on other fields are not the shape's.
 */
export function applyDefaults(shape: Shape, value: MutableJson): void {
  defaulterOf(shape)?.(value);
}

type Defaulter = (value: MutableJson) => void;

const defaulters = new WeakMap<Shape, { readonly defaulter: Defaulter | undefined }>();

/** What fills in a shape's defaults; nothing where it and all within have none. */
function defaulterOf(shape: Shape): Defaulter | undefined {
  const known = defaulters.get(shape);
  if (known !== undefined) return known.defaulter;
  const defaulter = declaresDefaults(shape, new Set()) ? make(shape) : undefined;
  defaulters.set(shape, { defaulter });
  return defaulter;
}

function declaresDefaults(shape: Shape, visited: Set<Shape>): boolean {
  if (visited.has(shape)) return false;
  visited.add(shape);
  if (shape.type === "list") return declaresDefaults(shape.items, visited);
  if (shape.type === "map") return declaresDefaults(shape.values, visited);
  if (shape.type !== "struct") return false;
  return Object.values(shape.fields).some(
    (field) => field.default !== undefined || declaresDefaults(field.shape, visited),
  );
}

function make(shape: Shape): Defaulter {
  if (shape.type === "list") {
    return (value) => {
      if (!Array.isArray(value)) return;
      const item = defaulterOf(shape.items);
      for (const member of value) item?.(member);
    };
  }
  if (shape.type === "map") {
    return (value) => {
      const item = defaulterOf(shape.values);
      for (const member of Object.values(value as MutableJsonObject)) if (member !== undefined) item?.(member);
    };
  }
  const fields = shape.type === "struct" ? Object.entries(shape.fields) : [];
  const relevant = fields.filter(
    ([, field]) => field.default !== undefined || declaresDefaults(field.shape, new Set()),
  );
  return (value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return;
    for (const [name, field] of relevant) defaultField(value, name, field);
  };
}

function defaultField(object: MutableJsonObject, name: string, field: Field): void {
  const present = Object.hasOwn(object, name) ? object[name] : undefined;
  if (field.default !== undefined && (present === undefined || present === null || isZero(present, field))) {
    object[name] = copyJson(field.default);
  }
  const value = object[name];
  if (value !== undefined && value !== null && typeof value === "object") defaulterOf(field.shape)?.(value);
}

function isZero(value: MutableJson, field: Field): boolean {
  return !field.pointer && (value === "" || value === 0 || value === false);
}
