import { jsonText } from "../../../machinery/exact-json.ts";
import { namesInByteOrder } from "../../../machinery/byte-order.ts";
import type { Json, JsonObject } from "../../../machinery/json.ts";
import type { AnyShape, Field, ListShape, MapShape, Shape, StructShape } from "../../../machinery/shape.ts";
import { writeScalar } from "./scalars.ts";
import { ProtobufWriter } from "./writer.ts";

/**
 * Writes an object as the message of its shape, byte for byte as Kubernetes does: in the order of the fields' numbers, what
 * is no pointer even if it is zero, maps in the order of their keys. `apiVersion` and `kind` stand in the envelope.
 */
export function encodeMessage(shape: StructShape, object: JsonObject): Uint8Array {
  // An error on the way may have left something.
  writer.clear();
  writeFields(writer, membersOf(shape), object);
  return writer.take();
}

/** One for all: messages are written in one go. */
const writer = new ProtobufWriter();

type Members = readonly Member[];
type Member = (to: ProtobufWriter, object: JsonObject) => void;

const compiled = new WeakMap<StructShape, Members>();

function membersOf(shape: StructShape): Members {
  let known = compiled.get(shape);
  if (known === undefined) compiled.set(shape, (known = compile(placesOf(shape))));
  return known;
}

/** What stands under a number: a field, or a message whose fields JSON shows in this one. */
type Place = { readonly name: string; readonly field: Field } | { readonly inner: Map<number, Place> };

function placesOf(shape: StructShape): ReadonlyMap<number, Place> {
  const places = new Map<number, Place>();
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.protobuf === undefined) continue;
    let here = places;
    for (const number of field.protobuf.within ?? []) {
      let place = here.get(number);
      if (place === undefined || !("inner" in place)) here.set(number, (place = { inner: new Map() }));
      here = place.inner;
    }
    here.set(field.protobuf.number, { name, field });
  }
  return places;
}

/** The members in the order in which they are written: the last first. */
function compile(places: ReadonlyMap<number, Place>): Members {
  return [...places]
    .toSorted(([left], [right]) => right - left)
    .map(([number, place]): Member => {
      if (!("inner" in place)) return fieldMember(number, place.name, place.field);
      const inner = compile(place.inner);
      return (to, object) => {
        const mark = to.length;
        writeFields(to, inner, object);
        to.close(number, mark);
      };
    });
}

function writeFields(to: ProtobufWriter, members: Members, object: JsonObject): void {
  for (const member of members) member(to, object);
}

function fieldMember(number: number, name: string, { shape, pointer }: Field): Member {
  const write = valueWriter(shape);
  if (shape.type === "list" || shape.type === "map") {
    return (to, object) => {
      const value = object[name];
      if (value !== undefined && value !== null) write(to, number, value);
    };
  }
  return (to, object) => {
    const value = object[name];
    if (!pointer || (value !== undefined && value !== null)) write(to, number, value ?? null);
  };
}

/** Writes one field. A null stands for the zero value. */
type WriteValue = (to: ProtobufWriter, number: number, value: Json) => void;

function valueWriter(shape: Shape): WriteValue {
  switch (shape.type) {
    case "struct":
      return (to, number, value) => {
        const mark = to.length;
        writeFields(to, membersOf(shape), (value ?? EMPTY) as JsonObject);
        to.close(number, mark);
      };
    case "list":
      return listWriter(shape);
    case "map":
      return mapWriter(shape);
    case "any":
      return anyWriter(shape);
    default:
      return writeScalar(shape);
  }
}

const EMPTY: JsonObject = {};

function listWriter({ items, wrapped }: ListShape): WriteValue {
  const write = valueWriter(items);
  const writeItems: WriteValue = (to, number, value) => {
    const list = value as readonly Json[];
    for (let index = list.length - 1; index >= 0; index--) write(to, number, list[index]!);
  };
  if (wrapped !== true) return writeItems;
  return (to, number, value) => {
    const mark = to.length;
    if (value !== null) writeItems(to, 1, value);
    to.close(number, mark);
  };
}

function mapWriter({ values }: MapShape): WriteValue {
  const write = valueWriter(values);
  return (to, number, value) => {
    const map = value as JsonObject;
    const names = namesInByteOrder(map);
    for (let index = names.length - 1; index >= 0; index--) {
      const mark = to.length;
      write(to, 2, map[names[index]!]!);
      to.text(1, names[index]!);
      to.close(number, mark);
    }
  };
}

function anyWriter({ protobuf, schema }: AnyShape): WriteValue {
  return (to, number, value) => {
    const mark = to.length;
    if (schema !== undefined) writeSchemaChoice(to, protobuf, membersOf(schema), value);
    else if (value !== null) to.text(1, jsonText(value));
    to.close(number, mark);
  };
}

/** A schema, or what may stand in its place: whether anything is allowed, several schemas, or names. */
function writeSchemaChoice(to: ProtobufWriter, choice: AnyShape["protobuf"], members: Members, value: Json): void {
  const writeSchema = (number: number, schema: Json) => {
    const mark = to.length;
    writeFields(to, members, schema as JsonObject);
    to.close(number, mark);
  };
  const isSchema = typeof value === "object" && value !== null && !Array.isArray(value);
  if (choice === "schema-or-bool") {
    if (isSchema) writeSchema(2, value);
    to.integer(1, isSchema || value === true ? 1 : 0);
    return;
  }
  if (isSchema) writeSchema(1, value);
  else if (Array.isArray(value)) {
    for (const item of (value as readonly Json[]).toReversed()) {
      if (choice === "schema-or-array") writeSchema(2, item);
      else to.text(2, item as string);
    }
  }
}
