import { parseJson } from "../../../machinery/exact-json.ts";
import { bytesToBase64 } from "../../../machinery/base64.ts";
import { formatDuration } from "../../../machinery/duration.ts";
import type { MutableJson, MutableJsonObject } from "../../../machinery/json.ts";
import type { AnyShape, Field, ListShape, ScalarShape, Shape, StructShape } from "../../../machinery/shape.ts";
import { formatTime } from "../../../machinery/time.ts";
import { ProtobufError, ProtobufReader, WIRE_BYTES, WIRE_VARINT } from "./reader.ts";

const decoder = new TextDecoder();

/**
 * Reads a message as the JSON that stands for the same value. Zero values that JSON would leave out are left out.
 * @throws ProtobufError for bytes that are no such message.
 */
export function decodeMessage(reader: ProtobufReader, shape: StructShape): MutableJsonObject {
  const object: MutableJsonObject = {};
  readInto(object, reader, layoutOf(shape));
  return object;
}

/** What stands under each number: a field, or a message whose fields JSON shows in this one. */
type Layout = Map<number, { readonly name: string; readonly field: Field } | { readonly inner: Layout }>;

const layouts = new WeakMap<StructShape, Layout>();

function layoutOf(shape: StructShape): Layout {
  let known = layouts.get(shape);
  if (known !== undefined) return known;
  layouts.set(shape, (known = new Map()));
  for (const [name, field] of Object.entries(shape.fields)) {
    if (field.protobuf === undefined) continue;
    let layout = known;
    for (const number of field.protobuf.within ?? []) {
      let place = layout.get(number);
      if (place === undefined || !("inner" in place)) layout.set(number, (place = { inner: new Map() }));
      layout = place.inner;
    }
    layout.set(field.protobuf.number, { name, field });
  }
  return known;
}

function readInto(object: MutableJsonObject, reader: ProtobufReader, layout: Layout): void {
  while (!reader.done) {
    const { number, wire } = reader.tag();
    const place = layout.get(number);
    if (place === undefined) reader.skip(wire);
    else if ("inner" in place) readInto(object, reader.message(), place.inner);
    else readField(object, reader, wire, place.name, place.field);
  }
}

function readField(object: MutableJsonObject, reader: ProtobufReader, wire: number, name: string, field: Field): void {
  const { shape } = field;
  if (shape.type === "list") {
    const list = (object[name] ??= []) as MutableJson[];
    readItems(list, reader, wire, shape);
    return;
  }
  if (shape.type === "map") {
    const map = (object[name] ??= {}) as MutableJsonObject;
    const [key, value] = readEntry(reader.message(), shape.values);
    map[key] = value;
    return;
  }
  const value = readValue(reader, wire, shape);
  if (field.omitEmpty && !field.pointer && isZero(value)) return;
  if (value !== null) object[name] = value;
}

function readItems(list: MutableJson[], reader: ProtobufReader, wire: number, { items, wrapped }: ListShape): void {
  if (wrapped === true) {
    const message = reader.message();
    while (!message.done) {
      const tag = message.tag();
      if (tag.number === 1) list.push(readValue(message, tag.wire, items));
      else message.skip(tag.wire);
    }
    return;
  }
  const isNumber = items.type === "integer" || items.type === "boolean";
  if (wire === WIRE_BYTES && isNumber) {
    const packed = reader.message();
    while (!packed.done) list.push(readValue(packed, WIRE_VARINT, items));
  } else list.push(readValue(reader, wire, items));
}

function readEntry(entry: ProtobufReader, values: Shape): readonly [string, MutableJson] {
  let key = "";
  let value: MutableJson | undefined;
  while (!entry.done) {
    const { number, wire } = entry.tag();
    if (number === 1) key = decoder.decode(entry.bytes());
    else if (number === 2) value = readValue(entry, wire, values);
    else entry.skip(wire);
  }
  return [key, value === undefined ? zeroOf(values) : value];
}

function zeroOf(shape: Shape): MutableJson {
  switch (shape.type) {
    case "struct":
    case "map":
      return {};
    case "list":
      return [];
    case "boolean":
      return false;
    case "integer":
    case "number":
      return 0;
    default:
      return "";
  }
}

function readValue(reader: ProtobufReader, wire: number, shape: Shape): MutableJson {
  switch (shape.type) {
    case "struct":
      return decodeMessage(reader.message(), shape);
    case "list": {
      const list: MutableJson[] = [];
      readItems(list, reader, wire, shape);
      return list;
    }
    case "map":
      throw new ProtobufError("a map inside a map");
    case "any":
      return readAny(reader.message(), shape);
    case "boolean":
      return reader.integer() !== 0;
    case "number":
      return reader.double();
    case "integer":
      return reader.integer();
    case "string":
      return readString(reader, shape);
  }
}

function readString(reader: ProtobufReader, { format }: ScalarShape): MutableJson {
  switch (format) {
    case "byte":
      return bytesToBase64(reader.bytes());
    case "date-time":
      return readTime(reader.message(), false);
    case "micro-time":
      return readTime(reader.message(), true);
    case "duration":
      return formatDuration((readNumbered(reader.message())[1] ?? 0) / 1e6);
    case "quantity": {
      const message = reader.message();
      let text = "";
      while (!message.done) {
        const { number, wire } = message.tag();
        if (number === 1) text = decoder.decode(message.bytes());
        else message.skip(wire);
      }
      return text;
    }
    case "int-or-string":
      return readIntOrString(reader.message());
    default:
      return decoder.decode(reader.bytes());
  }
}

/** A moment; the zero one, an empty message, is null. */
function readTime(message: ProtobufReader, micro: boolean): string | null {
  if (message.done) return null;
  const { 1: seconds = 0, 2: nanos = 0 } = readNumbered(message);
  const text = formatTime(seconds * 1000);
  return micro ? text.replace("Z", `.${String(Math.floor(nanos / 1000)).padStart(6, "0")}Z`) : text;
}

const STRING_TYPE = 1;

function readIntOrString(message: ProtobufReader): string | number {
  let type = 0;
  let integer = 0;
  let text = "";
  while (!message.done) {
    const { number, wire } = message.tag();
    if (number === 1) type = message.integer();
    else if (number === 2) integer = message.integer();
    else if (number === 3) text = decoder.decode(message.bytes());
    else message.skip(wire);
  }
  return type === STRING_TYPE ? text : integer;
}

/** The integers of a message that holds nothing else of interest. */
function readNumbered(message: ProtobufReader): Record<number, number> {
  const values: Record<number, number> = {};
  while (!message.done) {
    const { number, wire } = message.tag();
    if (wire === WIRE_VARINT) values[number] = message.integer();
    else message.skip(wire);
  }
  return values;
}

/** Raw JSON in a message's first field, or one of the two forms of a part of a schema. */
function readAny(message: ProtobufReader, { protobuf, schema }: AnyShape): MutableJson {
  const isSchema = protobuf.startsWith("schema-or-");
  let first: MutableJson | undefined;
  const list: MutableJson[] = [];
  let single: MutableJson | undefined;
  while (!message.done) {
    const { number, wire } = message.tag();
    if (!isSchema && number === 1) first = parseRaw(message.bytes());
    else if (protobuf === "schema-or-bool" && number === 1) first = message.integer() !== 0;
    else if (isSchema && (protobuf === "schema-or-bool" ? number === 2 : number === 1)) {
      single = decodeMessage(message.message(), schema!);
    } else if (protobuf === "schema-or-array" && number === 2) list.push(decodeMessage(message.message(), schema!));
    else if (protobuf === "schema-or-strings" && number === 2) list.push(decoder.decode(message.bytes()));
    else message.skip(wire);
  }
  if (!isSchema) return first ?? null;
  return single ?? (protobuf === "schema-or-bool" ? (first ?? false) : list);
}

function parseRaw(bytes: Uint8Array): MutableJson {
  if (bytes.length === 0) return null;
  try {
    return parseJson(decoder.decode(bytes));
  } catch {
    throw new ProtobufError("raw content is not JSON");
  }
}

function isZero(value: MutableJson): boolean {
  return value === "" || value === 0 || value === false || value === null;
}
