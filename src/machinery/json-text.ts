import { parseJson } from "./exact-json.ts";
import { setMember } from "./decode-compile.ts";
import type { MutableJson, MutableJsonObject } from "./json.ts";

/** A JSON value whose objects keep all their members, in order, duplicates too. */
export type JsonNode = null | boolean | number | bigint | string | readonly JsonNode[] | JsonMembers;

export interface JsonMembers {
  readonly members: readonly (readonly [name: string, value: JsonNode])[];
}

/**
 * Whether an object of the text names a member twice. Cheap: it counts colons outside strings, and members.
 * @param value what JSON.parse made of the text
 */
export function hasDuplicateMembers(text: string, value: unknown): boolean {
  return countColons(text) !== countMembers(value);
}

/** Reads a valid JSON text without losing duplicate members. */
export function parseNode(text: string): JsonNode {
  const reader = { text, at: 0 };
  return readNode(reader);
}

/**
 * The value of a text as Go decodes it: members of an object that is given twice come together, where JSON.parse would
 * take the last alone.
 */
export function mergedValue(node: JsonNode): MutableJson {
  if (isList(node)) return node.map(mergedValue);
  if (typeof node !== "object" || node === null) return node;
  const result: MutableJsonObject = {};
  for (const [name, member] of node.members) {
    const value = mergedValue(member);
    const before = Object.hasOwn(result, name) ? result[name] : undefined;
    const merges = isObject(before) && isObject(value);
    setMember(result, name, merges ? merged(before, value) : value);
  }
  return result;
}

function merged(before: MutableJsonObject, value: MutableJsonObject): MutableJsonObject {
  for (const [name, member] of Object.entries(value)) {
    const old = Object.hasOwn(before, name) ? before[name] : undefined;
    setMember(before, name, isObject(old) && isObject(member) ? merged(old, member) : member!);
  }
  return before;
}

function isList(node: JsonNode): node is readonly JsonNode[] {
  return Array.isArray(node);
}

function isObject(value: MutableJson | undefined): value is MutableJsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function countColons(text: string): number {
  let colons = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === COLON) colons++;
    else if (unit === QUOTE) at = endOfString(text, at);
  }
  return colons;
}

/** The place of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let before = at;
    while (text.charCodeAt(before - 1) === BACKSLASH) before--;
    if ((at - before) % 2 === 0) return at;
  }
  return text.length;
}

function countMembers(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let count = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) count += countMembers(value[index]);
    return count;
  }
  for (const name in value) {
    const member = (value as Readonly<Record<string, unknown>>)[name];
    count += typeof member === "object" ? 1 + countMembers(member) : 1;
  }
  return count;
}

const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

interface Reader {
  readonly text: string;
  at: number;
}

function readNode(reader: Reader): JsonNode {
  skipSpace(reader);
  switch (reader.text[reader.at]) {
    case "{":
      return readObject(reader);
    case "[":
      return readArray(reader);
    case '"':
      return readString(reader);
    default: {
      const start = reader.at;
      while (reader.at < reader.text.length && !/[\s,\]}]/.test(reader.text[reader.at]!)) reader.at++;
      return parseJson(reader.text.slice(start, reader.at)) as JsonNode;
    }
  }
}

function readObject(reader: Reader): JsonMembers {
  const members: [string, JsonNode][] = [];
  reader.at++;
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] === "}") break;
    if (reader.text[reader.at] === ",") {
      reader.at++;
      skipSpace(reader);
    }
    const name = readString(reader);
    skipSpace(reader);
    reader.at++;
    members.push([name, readNode(reader)]);
  }
  reader.at++;
  return { members };
}

function readArray(reader: Reader): readonly JsonNode[] {
  const items: JsonNode[] = [];
  reader.at++;
  for (;;) {
    skipSpace(reader);
    if (reader.text[reader.at] === "]") break;
    if (reader.text[reader.at] === ",") reader.at++;
    items.push(readNode(reader));
  }
  reader.at++;
  return items;
}

function readString(reader: Reader): string {
  const end = endOfString(reader.text, reader.at) + 1;
  const value = JSON.parse(reader.text.slice(reader.at, end)) as string;
  reader.at = end;
  return value;
}

function skipSpace(reader: Reader): void {
  while (/\s/.test(reader.text[reader.at] ?? "")) reader.at++;
}
