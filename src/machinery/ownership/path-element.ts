import { jsonText, parseJson } from "../exact-json.ts";
import { byteOrder } from "../byte-order.ts";
import { compile } from "../decode-compile.ts";
import { goJson } from "../go-json.ts";
import { quoted } from "../issue.ts";
import type { Json, JsonObject } from "../json.ts";
import type { ListShape } from "../shape.ts";

/**
 * One step of a path, in the text form of FieldsV1: `f:name` a field or a key of a map, `k:{"name":"a"}` the item of a
 * list that has these keys, `v:1` the item of a set, `i:0` an index. Always in canonical form, so that equal steps are
 * equal texts.
 */
export type PathElement = string;

/** A value that cannot be owned field by field: an item of a list without its keys, or an item that repeats. */
export class OwnershipError extends Error {
  override readonly name = "OwnershipError";
}

/** The step to an item of a `set` or `map` list. @throws OwnershipError */
export function itemElement(list: ListShape, item: Json): PathElement {
  if (list.listType === "set") {
    if (typeof item !== "object") return `v:${goJson(item)}`;
    if (item === null) throw new OwnershipError("associative list without keys has an element that's an explicit null");
    throw new OwnershipError(
      Array.isArray(item)
        ? "not supported: associative list with lists as elements"
        : "associative list without keys has an element that's a map type",
    );
  }
  if (item === null) throw new OwnershipError("associative list with keys may not have a null element");
  if (typeof item !== "object" || Array.isArray(item)) {
    throw new OwnershipError("associative list with keys may not have non-map elements");
  }
  return keyElement(list, item as JsonObject);
}

function keyElement(list: ListShape, item: JsonObject): PathElement {
  let text = "";
  for (const name of sortedKeys(list)) {
    const value = item[name] ?? defaultOf(list, name);
    // An item without one of its keys is another item than one that has it.
    if (value !== undefined) text += `${text === "" ? "" : ","}"${name}":${goJson(value)}`;
  }
  if (text === "") {
    const names = `[${list.mapKeys.map(quoted).join(" ")}]`;
    throw new OwnershipError(
      `associative list with keys has an element that omits all key fields ${names} (and doesn't have default values for any key fields)`,
    );
  }
  return `k:{${text}}`;
}

const keyOrders = new WeakMap<ListShape, readonly string[]>();

function sortedKeys(list: ListShape): readonly string[] {
  let keys = keyOrders.get(list);
  if (keys === undefined) {
    keys = list.mapKeys.toSorted(byteOrder);
    keyOrders.set(list, keys);
  }
  return keys;
}

const LOCAL_REFERENCE = "io.k8s.api.core.v1.LocalObjectReference";

/** What a missing key counts as: the field's default, or the zero value of a field that is always written. */
function defaultOf(list: ListShape, name: string): Json | undefined {
  const field = list.items.type === "struct" ? list.items.fields[name] : undefined;
  if (field === undefined) return undefined;
  if (field.default !== undefined) return field.default as Json;
  // A reference without a name has an empty one: the schema has that default, which changes nothing but this.
  if (list.items.type === "struct" && list.items.name === LOCAL_REFERENCE) return "";
  return field.omitEmpty || field.pointer ? undefined : compile(field.shape).zero();
}

/** A step as it came from a client, in canonical form; nothing where its kind is unknown. @throws OwnershipError */
export function canonicalElement(text: string): PathElement | undefined {
  if (text.startsWith("f:")) return text;
  const known = canonical.get(text);
  if (known !== undefined) return known;
  const element = readElement(text);
  if (element === undefined) return undefined;
  if (canonical.size >= REMEMBERED) canonical.clear();
  canonical.set(text, element);
  return element;
}

const REMEMBERED = 4096;
const canonical = new Map<string, PathElement>();

function readElement(text: string): PathElement | undefined {
  if (text.length < 2) throw new OwnershipError("key must be 2 characters long:");
  if (text[1] !== ":") throw new OwnershipError(`missing colon: ${text}`);
  const rest = text.slice(2);
  try {
    if (text[0] === "v") return `v:${goJson(parseJson(rest) as Json)}`;
    if (text[0] === "k") {
      const keys = Object.entries(parseJson(rest) as JsonObject).sort(([left], [right]) => byteOrder(left, right));
      return `k:{${keys.map(([name, value]) => `${JSON.stringify(name)}:${goJson(value ?? null)}`).join(",")}}`;
    }
  } catch (cause) {
    throw new OwnershipError(`invalid path element: ${text}`, { cause });
  }
  if (text[0] !== "i") return undefined;
  if (!/^[+-]?[0-9]+$/.test(rest)) throw new OwnershipError(`invalid path element: ${text}`);
  return `i:${Number(rest)}`;
}

/** The step as messages show it: `.name`, `[name="a"]`, `[=1]`, `[0]`. */
export function printElement(element: PathElement): string {
  const rest = element.slice(2);
  if (element.startsWith("f:")) return `.${rest}`;
  if (element.startsWith("i:")) return `[${rest}]`;
  const value = parseJson(rest) as Json;
  if (element.startsWith("v:")) return `[=${printValue(value)}]`;
  return `[${Object.entries(value as JsonObject)
    .map(([name, key]) => `${name}=${printValue(key ?? null)}`)
    .join(",")}]`;
}

function printValue(value: Json): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return "";
  return typeof value === "string" ? quoted(value) : jsonText(value);
}

/** The order in which FieldsV1 lists steps: fields, then keyed items, then values, then indexes. */
export function compareElements(left: PathElement, right: PathElement): number {
  if (left === right) return 0;
  const kinds = KINDS.indexOf(left[0]!) - KINDS.indexOf(right[0]!);
  if (kinds !== 0) return kinds;
  if (left.startsWith("f:")) return byteOrder(left, right);
  const quick = compareTexts(left, right);
  if (quick !== undefined) return quick;
  const [a, b] = [parseJson(left.slice(2)) as Json, parseJson(right.slice(2)) as Json];
  return left.startsWith("k:") ? compareKeys(a as JsonObject, b as JsonObject) : compareValues(a, b);
}

const KINDS = "fkvi";

/** The order of two steps that first differ within a JSON string without escapes, as most do: no need to read them. */
function compareTexts(left: PathElement, right: PathElement): number | undefined {
  if (left.includes("\\") || right.includes("\\")) return undefined;
  let at = 0;
  let inString = false;
  for (; left.charCodeAt(at) === right.charCodeAt(at); at++) if (left[at] === '"') inString = !inString;
  if (!inString) return undefined;
  if (left[at] === '"') return -1;
  return right[at] === '"' ? 1 : byteOrder(left.slice(at), right.slice(at));
}

function compareKeys(left: JsonObject, right: JsonObject): number {
  const [a, b] = [Object.entries(left), Object.entries(right)];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [name, value] = a[index]!;
    const [otherName, otherValue] = b[index]!;
    const order = byteOrder(name, otherName) || compareValues(value ?? null, otherValue ?? null);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** Numbers come first, then texts, then booleans, then null. */
function compareValues(left: Json, right: Json): number {
  if (isNumber(left) && isNumber(right)) return compareNumbers(left, right);
  if (typeof left === "string" && typeof right === "string") return byteOrder(left, right);
  if (typeof left === "boolean" && typeof right === "boolean") return Number(left) - Number(right);
  return rank(left) - rank(right);
}

/** Whole numbers with each other; else as doubles. */
function compareNumbers(left: number | bigint, right: number | bigint): number {
  const [a, b] = typeof left === typeof right ? [left, right] : [Number(left), Number(right)];
  return a < b ? -1 : Number(a > b);
}

function isNumber(value: Json): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function rank(value: Json): number {
  return isNumber(value) ? 0 : ["string", "boolean", "object"].indexOf(typeof value) + 1;
}
