import { copyJson, setMember } from "../decode-compile.ts";
import { DecodeError } from "../decode-problems.ts";
import { goJsonType } from "../go-json.ts";
import type { Json, JsonObject, MutableJson, MutableJsonObject } from "../json.ts";
import { badRequest } from "../status.ts";

/**
 * A JSON merge patch (RFC 7386): members of the patch replace those of the document, null removes them, objects merge.
 * @returns a new document that shares nothing with the arguments
 * @throws StatusError 400 for a patch that is no object
 */
export function mergePatch(document: unknown, patch: unknown): MutableJsonObject {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) throw badRequest(problemOf(patch));
  return merge(document as Json, patch as JsonObject);
}

function merge(document: Json | undefined, patch: JsonObject): MutableJsonObject {
  const result = isObject(document) ? (copyJson(document) as MutableJsonObject) : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else if (value !== undefined)
      setMember(result, name, mergeMember(Object.hasOwn(result, name) ? result[name] : undefined, value));
  }
  return result;
}

function mergeMember(current: MutableJson | undefined, value: Json): MutableJson {
  return isObject(value) ? merge(current as Json | undefined, value) : withoutNulls(value);
}

/** Objects within a replacing list lose their null members; the list's own nulls stay. */
function withoutNulls(value: Json): MutableJson {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => (isObject(item) ? merge(undefined, item) : withoutNulls(item)));
  return value as MutableJson;
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function problemOf(patch: unknown): string {
  if (patch === null) return "Invalid JSON Patch";
  const error = new DecodeError(
    `json: cannot unmarshal ${goJsonType(patch)} into Go value of type map[string]interface {}`,
  );
  return `error decoding patch: ${error.message}`;
}
