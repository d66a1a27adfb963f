import { parseJson } from "../exact-json.ts";
import { byteLength } from "../formats.ts";
import { sortedGoJson } from "../go-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { compareFields } from "./compare.ts";
import type { FieldSet } from "./field-set.ts";
import { emptySet, subtractSets } from "./field-set.ts";
import { claimedFields } from "./typed.ts";
import type { WriteContext } from "./transfer.ts";
import { shapeProblems } from "./validate.ts";

/** Where kubectl's client-side apply keeps what it last applied. */
const ANNOTATION = "kubectl.kubernetes.io/last-applied-configuration";
/** The most that an object's annotations may hold. */
const ANNOTATION_BYTES = 256 * 1024;

/**
 * What kubectl's client-side apply last set and nobody changed since: kubectl's server-side apply may take it over, whoever
 * is noted as its owner. Nothing for objects that were not applied from a client.
 */
export function lastAppliedFields({ shape, apiVersion }: WriteContext, live: JsonObject): FieldSet {
  const text = lastApplied(live);
  if (text === undefined) return emptySet;
  const applied = parse(text);
  if (applied?.["apiVersion"] !== apiVersion || shapeProblems(shape, applied) !== undefined) return emptySet;
  const { added, modified, removed } = compareFields(shape, applied, live);
  return [modified, added, removed].reduce(subtractSets, claimedFields(shape, applied));
}

/** The object with the annotation brought up to the configuration, if it has one: later client-side applies start from it. */
export function withLastApplied(object: JsonObject, config: JsonObject): JsonObject {
  if (lastApplied(object) === undefined) return object;
  const metadata = object["metadata"] as JsonObject;
  const annotations = {
    ...(metadata["annotations"] as JsonObject),
    [ANNOTATION]: `${sortedGoJson(withoutAnnotation(config))}\n`,
  };
  const bytes = Object.entries(annotations).reduce(
    (sum, [name, value]) => sum + byteLength(name) + byteLength(String(value)),
    0,
  );
  const { [ANNOTATION]: _, ...others } = annotations;
  return { ...object, metadata: { ...metadata, annotations: bytes > ANNOTATION_BYTES ? others : annotations } };
}

function lastApplied(object: JsonObject): string | undefined {
  const annotations = (object["metadata"] as JsonObject | undefined)?.["annotations"] as JsonObject | undefined;
  const text = annotations?.[ANNOTATION];
  return typeof text === "string" && text !== "" ? text : undefined;
}

function parse(text: string): JsonObject | undefined {
  try {
    const value = parseJson(text) as Json;
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}

function withoutAnnotation(config: JsonObject): JsonObject {
  const metadata = config["metadata"] as JsonObject | undefined;
  const annotations = metadata?.["annotations"] as JsonObject | undefined;
  if (annotations === undefined) return config;
  const { [ANNOTATION]: _, ...others } = annotations;
  return { ...config, metadata: { ...metadata, annotations: others } };
}
