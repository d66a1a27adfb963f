import { allFacts } from "../../api/generated/resources.ts";
import type { Kind } from "../../api/kind.ts";
import { applyDefaults, DecodeError, decodeValue } from "../../machinery/decode.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { givenEmpty } from "../../machinery/given-empty.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { badRequest } from "../../machinery/status.ts";
import type { Operation } from "../operation.ts";
import { decodeCustomBody } from "./decode-custom.ts";
import { converted, otherVersion } from "./other-version.ts";

/** The body of a create or update. */
export function decodeBody(operation: Operation): MutableJsonObject {
  const { kind, typed, body } = operation;
  return kind.custom === undefined || typed === true
    ? decodeObject(operation, kind, body)
    : decodeCustomBody(operation);
}

/**
 * What a client wrote as an object of the kind that nobody else holds: decoded by its shape and defaulted.
 * @param asGoHas the body with its members in another order, in which problems are told
 * @throws {StatusError} 400 for a body of another kind or with wrong types, and for unknown fields under strict validation.
 */
export function decodeObject(
  operation: Operation,
  kind: Kind,
  body: unknown,
  refuse: Refuse = (problem, given = kind) => cannotHandle(kind, given, problem),
  asGoHas?: () => unknown,
): MutableJsonObject {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind.kind})`);
  }
  const said = saidBy(kind, body);
  if (said.apiVersion !== kind.apiVersion || said.kind !== kind.kind) {
    const other = otherVersion(kind, said);
    if (other === undefined) throw otherKind(kind, said, body, refuse);
    const object = decodeObject(operation, other, body, refuse, asGoHas);
    if (body === operation.body) throw mismatch(kind, said.apiVersion);
    return converted(object, other, kind);
  }
  const { bodyText: text, bodyProblems = [] } = operation;
  const isWhole = body === operation.body;
  const given = isWhole ? text : undefined;
  const { value, unknown } = decoded(refuse, () =>
    kind.decode === undefined
      ? decodeValue(kind.shape, body, { text: given, typed: isWhole && operation.typed === true })
      : kind.decode(body, given),
  );
  const told = unknown.length < 2 || isWhole ? unknown : toldOfPatch(operation, kind, unknown, asGoHas);
  reportUnknown(operation, bodyProblems.length === 0 ? told : [...bodyProblems, ...told], refuse);
  const object = value as MutableJsonObject;
  object["apiVersion"] = kind.apiVersion;
  object["kind"] = kind.kind;
  decoded(refuse, () => defaultObject(kind, object));
  return object;
}

/** A strategic patch comes from no text: what is unknown is told in order. Of others it is told where Go has it. */
function toldOfPatch(
  { patchType }: Operation,
  { shape }: Kind,
  unknown: readonly string[],
  asGoHas: (() => unknown) | undefined,
): readonly string[] {
  if (patchType === "application/strategic-merge-patch+json") return unknown.toSorted(byteOrder);
  return asGoHas === undefined ? unknown : decodeValue(shape, asGoHas()).unknown;
}

/** What comes of a problem with a body that says of itself to be `given`. */
export type Refuse = (problem: string, given?: Pick<Kind, "kind" | "version">) => Error;

/** What comes of a body of another version than its path; a patch may make an object one of it. */
export function mismatch(kind: Kind, apiVersion: string): Error {
  const versions = `(${apiVersion}) does not match the expected API version (${kind.apiVersion})`;
  return badRequest(`the API version in the data ${versions}`);
}

/** A body of another kind. Kubernetes tells its own kinds, which it reads and cannot convert, from those that it does not know. */
function otherKind(kind: Kind, { apiVersion, kind: named }: Given, body: object, refuse: Refuse): Error {
  const [version = "", group] = apiVersion.split("/").toReversed();
  const given = { kind: named, version };
  if (kind.isVersioned === true || !isKnown(group ?? "", version, named)) {
    return refuse(`no kind "${named}" is registered for version "${apiVersion}" in scheme "${SCHEME}"`, given);
  }
  const facts = allFacts.find(
    (some) => some.group === (group ?? "") && some.version === version && some.kind === named,
  );
  if (facts !== undefined)
    decoded(
      (problem) => refuse(problem, given),
      () => decodeValue(facts.shape, body),
    );
  const own = kind.group === "" ? "core" : kind.group.split(".", 1)[0]!;
  return refuse(`converting (${version}.${named}) to (${own}.${kind.kind}): unknown conversion`, given);
}

/** What a body says of itself. */
type Given = Pick<Kind, "apiVersion" | "kind">;

/** What is left out or empty is what the path says. */
function saidBy(kind: Kind, body: object): Given {
  const { apiVersion, kind: named } = body as { apiVersion?: unknown; kind?: unknown };
  const or = (value: unknown, own: string) => ((value ?? "") === "" ? own : String(value));
  return { apiVersion: or(apiVersion, kind.apiVersion), kind: or(named, kind.kind) };
}

function isKnown(group: string, version: string, named: string): boolean {
  return allFacts.some(
    (facts) =>
      (facts.group === group && facts.version === version && (facts.kind === named || facts.listKind === named)) ||
      facts.subresources.some((part) => part.group === group && part.version === version && part.kind === named),
  );
}

/** Kubernetes names its table of kinds by a place in its source. */
export const SCHEME = "pkg/runtime/scheme.go:111";

export function cannotHandle(kind: Kind, given: Pick<Kind, "kind" | "version">, problem: string): Error {
  return badRequest(`${given.kind} in version "${given.version}" cannot be handled as a ${kind.kind}: ${problem}`);
}

/** @throws what `refuse` makes of the decoder's sentence. */
export function decoded<T>(refuse: Refuse, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refuse(error.message);
  }
}

/** Fills in what the kind's declaration and its shape say. */
export function defaultObject(kind: Kind, object: MutableJsonObject): void {
  kind.default?.(object);
  applyDefaults(kind.shape, object);
  for (const [path, value] of Object.entries(kind.defaults)) setIfAbsent(object, path.split("."), value);
}

/** Refuses or warns of fields that the shape does not know, as `fieldValidation` asks; the API's default is to warn. */
export function reportUnknown(
  operation: Operation,
  unknown: readonly string[],
  refuse: Refuse = (problem) => cannotHandle(operation.kind, operation.kind, problem),
): void {
  if (unknown.length === 0) return;
  const { fieldValidation = "" } = operation.options;
  if (fieldValidation === "Strict") throw refuse(`strict decoding error: ${unknown.join(", ")}`);
  if (fieldValidation !== "Ignore") for (const text of unknown) operation.warn(text);
}

function setIfAbsent(object: MutableJsonObject, path: readonly string[], value: unknown): void {
  const [first, ...rest] = path;
  if (first === undefined) return;
  if (rest.length === 0) {
    // A list that is given empty is taken as it is: validation may mind.
    if (object[first] === undefined && givenEmpty(object, first) === undefined)
      object[first] = structuredClone(value) as MutableJsonObject;
    return;
  }
  const inner = object[first];
  if (typeof inner === "object" && inner !== null && !Array.isArray(inner)) setIfAbsent(inner, rest, value);
}
