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

/**
 * A parsed JSON value as the API server's decoder takes it in and its encoder gives it back: unknown fields are gone, nulls
 * are absent, quantities and times are canonical, empty values are dropped or filled in as Go's struct tags say. The
 * result shares nothing with the input.
 * @param text the JSON text that the value was parsed from; with it, duplicate fields are reported too
 * @throws DecodeError with Go's sentence for the first value of a wrong type
 */
export function decodeValue(shape: Shape, value: unknown, { text }: { readonly text?: string } = {}): Decoded {
  const duplicates = text !== undefined && hasDuplicateMembers(text, value);
  const notes = { unknown: false, empty: false };
  let decoded: MutableJson;
  try {
    decoded = compile(shape).decode((duplicates ? mergedValue(parseNode(text)) : value) ?? {}, notes);
  } catch (error) {
    throw diagnose(shape, value as Json) ?? error;
  }
  if (notes.empty && typeof decoded === "object" && decoded !== null) noteDocumentWithEmpties(decoded);
  if (!notes.unknown && !duplicates) return { value: decoded, unknown: [] };
  return { value: decoded, unknown: strictProblems(shape, value as Json, duplicates ? text : undefined) };
}
