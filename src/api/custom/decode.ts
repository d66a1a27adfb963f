import { byteOrder } from "../../machinery/byte-order.ts";
import { copyJson, setMember } from "../../machinery/decode-compile.ts";
import { DecodeError, decodeValue } from "../../machinery/decode.ts";
import { invalid, issueText } from "../../machinery/issue.ts";
import { hasDuplicateMembers, type JsonMembers, type JsonNode, parseNode } from "../../machinery/json-text.ts";
import type { MutableJson, MutableJsonObject } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { metadataShape, preservesUnknown } from "./shape.ts";

export interface DecodedCustom {
  readonly value: MutableJsonObject;
  /** What strict decoding objects to, such as `unknown field "spec.foo"`, in order. */
  readonly unknown: readonly string[];
}

/**
 * A body as a custom object of its own: metadata as for all objects; of the rest only what the schema knows, as it was sent.
 * @param text the JSON text of the body; with it, fields given twice are reported too
 * @throws DecodeError for metadata of a wrong type
 */
export function decodeCustom(schema: JSONSchemaProps, body: unknown, text: string | undefined): DecodedCustom {
  const value = copyJson(body) as MutableJsonObject;
  const unknown: string[] = [];
  pruneObject(value, schema, { path: "", isResource: true, unknown });
  const twice = text === undefined || !hasDuplicateMembers(text, body) ? [] : [...givenTwice(parseNode(text), "")];
  return { value, unknown: [...twice, ...unknown.toSorted(byteOrder)] };
}

interface Place {
  /** `spec.list[0]`; "" at the root. */
  readonly path: string;
  /** An object of the API, whose apiVersion, kind and metadata go without saying. */
  readonly isResource: boolean;
  readonly unknown: string[];
}

/** Removes what the schema does not know. */
function prune(value: MutableJson, schema: JSONSchemaProps | undefined, place: Place): void {
  if (typeof value !== "object" || value === null || schema === undefined) return;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema.items) ? undefined : (schema.items as JSONSchemaProps | undefined);
    for (const [index, item] of value.entries()) prune(item, items, inner(place, `[${index}]`, items));
  } else pruneObject(value, schema, place);
}

function pruneObject(object: MutableJsonObject, schema: JSONSchemaProps, place: Place): void {
  const { properties = {}, additionalProperties } = schema;
  for (const name of Object.keys(object)) {
    const path = place.path === "" ? name : `.${name}`;
    if (place.isResource && (name === "apiVersion" || name === "kind")) {
      if (place.path !== "" && typeof object[name] !== "string")
        throw refused(place, path, object[name], "must be a string");
      continue;
    }
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (place.isResource && name === "metadata") decodeMetadata(object, place);
    else if (property !== undefined) prune(object[name]!, property, inner(place, path, property));
    else if (typeof additionalProperties === "object") {
      prune(object[name]!, additionalProperties, inner(place, path, additionalProperties));
    } else if (additionalProperties !== true && !preservesUnknown(schema)) {
      delete object[name];
      place.unknown.push(`unknown field "${place.path}${path}"`);
    }
  }
}

function inner(place: Place, path: string, schema: JSONSchemaProps | undefined): Place {
  const isResource = schema?.["x-kubernetes-embedded-resource"] === true;
  return { path: `${place.path}${path}`, isResource, unknown: place.unknown };
}

/** What is wrong with an object of the API within another. */
function refused(place: Place, path: string, value: unknown, why: string): DecodeError {
  return new DecodeError(issueText(invalid(`${place.path}${path}`, value, why)));
}

function decodeMetadata(object: MutableJsonObject, place: Place): void {
  const { value, unknown } = metadataOf(object["metadata"], place);
  const at = place.path === "" ? "metadata" : `${place.path}.metadata`;
  place.unknown.push(...unknown.map((text) => text.replace('"', `"${at}.`)));
  const metadata = value as MutableJsonObject;
  if (metadata["creationTimestamp"] === null) delete metadata["creationTimestamp"];
  object["metadata"] = metadata;
}

function metadataOf(sent: unknown, place: Place) {
  try {
    return decodeValue(metadataShape, sent);
  } catch (error) {
    if (place.path === "" || !(error instanceof DecodeError)) throw error;
    throw refused(place, ".metadata", sent, error.message);
  }
}

function* givenTwice(node: JsonNode, path: string): Iterable<string> {
  if (typeof node !== "object" || node === null) return;
  if (Array.isArray(node)) {
    for (const [index, item] of (node as readonly JsonNode[]).entries()) yield* givenTwice(item, `${path}[${index}]`);
    return;
  }
  const seen = new Set<string>();
  for (const [name, member] of (node as JsonMembers).members) {
    const at = path === "" ? name : `${path}.${name}`;
    if (seen.has(name)) yield `duplicate field "${at}"`;
    seen.add(name);
    yield* givenTwice(member, at);
  }
}

/** Fills in the schema's defaults where a field is absent, or null and must not be. In place. */
export function defaultCustom(value: MutableJson | undefined, schema: JSONSchemaProps | undefined): void {
  if (typeof value !== "object" || value === null || schema === undefined) return;
  if (Array.isArray(value)) {
    const items = Array.isArray(schema.items) ? undefined : (schema.items as JSONSchemaProps | undefined);
    for (const [index, item] of value.entries()) {
      if (item === null && items?.default !== undefined && items.nullable !== true)
        value[index] = copyJson(items.default);
      defaultCustom(value[index], items);
    }
    return;
  }
  const { properties = {}, additionalProperties } = schema;
  for (const [name, property] of Object.entries(properties)) {
    const present = Object.hasOwn(value, name) ? value[name] : undefined;
    const isMissing = present === undefined || (present === null && property.nullable !== true);
    if (isMissing && property.default !== undefined) setMember(value, name, copyJson(property.default));
    // A null that may not be one is as good as nothing, where nothing stands for it.
    else if (isMissing) delete value[name];
    defaultCustom(value[name], property);
  }
  if (typeof additionalProperties !== "object") return;
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(properties, name)) defaultCustom(value[name], additionalProperties);
  }
}
