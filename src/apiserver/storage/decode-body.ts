import type { Kind } from "../../api/kind.ts";
import { applyDefaults, DecodeError, decodeValue } from "../../machinery/decode.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { badRequest } from "../../machinery/status.ts";
import type { Operation } from "../operation.ts";

/**
 * The body of a create or update as an object of the kind that nobody else holds: decoded by its shape and defaulted.
 * @throws {StatusError} 400 for a body of another kind or with wrong types, and for unknown fields under strict validation.
 */
export function decodeObject(operation: Operation, kind: Kind, body: unknown): MutableJsonObject {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind})`);
  }
  const { apiVersion, kind: named } = body as { apiVersion?: unknown; kind?: unknown };
  if ((apiVersion ?? kind.apiVersion) !== kind.apiVersion || (named ?? kind.kind) !== kind.kind) {
    throw badRequest(
      `${String(named)} in version "${String(apiVersion)}" cannot be handled as a ${kind.kind}: converting (${String(apiVersion)}, ${String(named)}) to (${kind.apiVersion}, ${kind.kind})`,
    );
  }
  const ignores = operation.options.fieldValidation === "Ignore";
  const { bodyText: text, bodyProblems = [] } = operation;
  const { value, unknown } = decoded(kind, () =>
    decodeValue(kind.shape, body, ignores || text === undefined || body !== operation.body ? {} : { text }),
  );
  reportUnknown(operation, [...bodyProblems, ...unknown]);
  const object = value as MutableJsonObject;
  object["apiVersion"] = kind.apiVersion;
  object["kind"] = kind.kind;
  defaultObject(kind, object);
  return object;
}

/** @throws {StatusError} 400 with the decoder's sentence. */
function decoded<T>(kind: Kind, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${error.message}`);
  }
}

/** Fills in what the kind's declaration and its shape say. */
export function defaultObject(kind: Kind, object: MutableJsonObject): void {
  kind.default?.(object);
  applyDefaults(kind.shape, object);
  for (const [path, value] of Object.entries(kind.defaults)) setIfAbsent(object, path.split("."), value);
}

/** Refuses or warns of fields that the shape does not know, as `fieldValidation` asks; the API's default is to warn. */
export function reportUnknown(operation: Operation, unknown: readonly string[]): void {
  if (unknown.length === 0) return;
  const { fieldValidation = "Warn" } = operation.options;
  if (fieldValidation === "Strict") {
    throw badRequest(
      `${operation.kind.kind} in version "${operation.kind.version}" cannot be handled as a ${operation.kind.kind}: strict decoding error: ${unknown.join(", ")}`,
    );
  }
  if (fieldValidation === "Warn") for (const text of unknown) operation.warn(text);
}

function setIfAbsent(object: MutableJsonObject, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    if (object[first] === undefined) object[first] = structuredClone(value) as MutableJsonObject;
    return;
  }
  const inner = object[first];
  if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) setIfAbsent(inner, rest, value);
}
