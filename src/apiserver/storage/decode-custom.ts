import type { Kind } from "../../api/kind.ts";
import type { Json, JsonObject, MutableJsonObject } from "../../machinery/json.ts";
import { invalid } from "../../machinery/issue.ts";
import { jsonOfGo } from "../../machinery/go-json.ts";
import { internalError, invalidError } from "../../machinery/status.ts";
import { unrecognized } from "../encode/body.ts";
import type { Operation } from "../operation.ts";
import { metadataOf } from "./create.ts";
import { cannotHandle, decoded, decodeObject, mismatch, type Refuse } from "./decode-body.ts";

// A custom object is of the kind that it says itself, whatever its path says. Another than its own is the last thing that is looked at.

/** The body of a create or update. @throws {StatusError} 400 for one that says no kind, or another version */
export function decodeCustomBody(operation: Operation): MutableJsonObject {
  const { kind, bodyText } = operation;
  const document = operation.body as JsonObject;
  const { apiVersion = "", kind: named = "" } = document;
  const refuse = (problem: string) => cannotHandle(kind, { kind: String(named), version: "" }, problem);
  const refuseKindless = (problem: string) => unrecognized(kind.kind, problem, bodyText ?? jsonOfGo(document));
  checkSaid(document, refuse, refuseKindless, () => bodyText ?? jsonOfGo(document));
  if (apiVersion !== kind.apiVersion) throw mismatch(kind, apiVersion as string);
  return named === kind.kind ? decodeObject(operation, kind, document) : decodeOther(kind, document, refuse);
}

/** What a patch makes of an object. @param asGoHas it with its members in Go's order */
export function decodeCustomPatched(
  operation: Operation,
  document: JsonObject,
  refuse: Refuse,
  asGoHas: () => Json,
): MutableJsonObject {
  const { kind } = operation;
  checkSaid(document, refuse, refuse, () => jsonOfGo(asGoHas()));
  return isOfItsKind(kind, document)
    ? decodeObject(operation, kind, document, refuse, asGoHas)
    : decodeOther(kind, document, refuse);
}

function checkSaid(document: JsonObject, refuse: Refuse, refuseKindless: Refuse, text: () => string): void {
  const { apiVersion, kind: named = null } = document;
  if (named === null || named === "") throw refuseKindless(`Object 'Kind' is missing in '${text()}'`);
  if (apiVersion === null) throw refuse(".apiVersion accessor error: <nil> is of the type <nil>, expected string");
}

/** Of an object of another kind nothing is unknown. */
function decodeOther(kind: Kind, document: JsonObject, refuse: Refuse): MutableJsonObject {
  return decoded(refuse, () => kind.decode!(document, undefined)).value;
}

function isOfItsKind({ apiVersion, kind }: Kind, object: JsonObject): boolean {
  return object["apiVersion"] === apiVersion && object["kind"] === kind;
}

/** Whether it can be told whose the fields are: of another kind nothing is anybody's. */
export function isOfSomeVersion({ group, kind }: Kind, object: MutableJsonObject): boolean {
  const given = object as Given;
  return groupOf(given) === group && given.kind === kind;
}

type Given = Pick<Kind, "apiVersion" | "kind">;

function groupOf({ apiVersion }: Given): string {
  return apiVersion.split("/").toReversed()[1] ?? "";
}

/** @throws {StatusError} 500 for an object without a version, which a patch may have taken away */
export function checkVersioned(object: MutableJsonObject): void {
  if ((object["apiVersion"] ?? "") !== "") return;
  throw internalError(new Error("Object 'apiVersion' is missing in 'object has no apiVersion field'"));
}

/** @throws {StatusError} 422 for an object of another kind than its own */
export function checkCustomType(kind: Kind, object: MutableJsonObject): void {
  if (isOfItsKind(kind, object)) return;
  const given = object as Given;
  const issues = (["kind", "apiVersion"] as const)
    .filter((member) => given[member] !== kind[member])
    .map((member) => invalid(member, given[member], `must be ${kind[member]}`));
  throw invalidError({ group: groupOf(given), name: given.kind }, metadataOf(object).name ?? "", issues);
}
