import { diagnose, strictProblems } from "./decode-problems.ts";
import { compile } from "./decode-compile.ts";
import { noteDocumentWithEmpties } from "./given-empty.ts";
import { hasDuplicateMembers, mergedValue, parseNode } from "./json-text.ts";
import type { Json, MutableJson } from "./json.ts";
import type { Shape } from "./shape.ts";

export { applyDefaults } from "./defaults.ts";
export { DecodeError } from "./decode-problems.ts";

export interface Decoded {
  readonly value: MutableJson;
  /** What strict decoding objects to, such as `unknown field "spec.foo"`, in the order of the document. */
  readonly unknown: readonly string[];
}

export interface Source {
  /** The JSON text that the value was parsed from; with it, duplicate fields are reported too. */
  readonly text?: string | undefined;
  /** The value is a typed client's own, of a protocol that knows no empty lists: they are absent from the first. */
  readonly typed?: boolean | undefined;
}

/**
 * A parsed JSON value as the API server's decoder takes it in and its encoder gives it back: unknown fields are gone, nulls
 * are absent, quantities and times are canonical, empty values are dropped or filled in as Go's struct tags say. The
 * result shares nothing with the input.
 * @throws DecodeError with Go's sentence for the first value of a wrong type
 */
export function decodeValue(shape: Shape, value: unknown, { text, typed = false }: Source = {}): Decoded {
  const duplicates = text !== undefined && hasDuplicateMembers(text, value);
  const notes = { unknown: false, empty: false };
  let decoded: MutableJson;
  try {
    decoded = compile(shape).decode((duplicates ? mergedValue(parseNode(text)) : value) ?? {}, notes);
  } catch (error) {
    throw diagnose(shape, value as Json) ?? error;
  }
  // What was decoded once has no empty lists any more.
  if (notes.empty && typed) decoded = compile(shape).decode(decoded, { unknown: false, empty: false });
  else if (notes.empty && typeof decoded === "object" && decoded !== null) noteDocumentWithEmpties(decoded);
  if (!notes.unknown && !duplicates) return { value: decoded, unknown: [] };
  return { value: decoded, unknown: strictProblems(shape, value as Json, duplicates ? text : undefined) };
}
