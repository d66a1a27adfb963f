import { copyJson, setMember } from "../decode-compile.ts";
import { goJsonType } from "../go-json.ts";
import type { MutableJson, MutableJsonObject } from "../json.ts";
import type { Field, Shape } from "../shape.ts";
import { badRequest, failure, type StatusError } from "../status.ts";
import { DIRECTIVE, mergeSlices, orderList, type PatchField, withoutDirectives } from "./strategic-list.ts";
import { badArgument, describeAsText, describeValue, kindOf } from "./strategic-problems.ts";

/**
 * A strategic merge patch: a merge patch that merges those lists whose field says so, by their merge key, and knows the
 * directives `$patch`, `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…`.
 * @param shape of the document: its fields say how they are patched
 * @param patch is used up: what is left of it is what Kubernetes shows where the result is no object of the kind
 * @returns a new document that shares nothing with the given one
 * @throws StatusError 400, 422 or 500 as Kubernetes answers
 */
export function strategicMergePatch(shape: Shape, document: unknown, patch: unknown): MutableJsonObject {
  // A patch that is null changes nothing.
  if (patch === null) return copyJson(document) as MutableJsonObject;
  if (typeof patch !== "object" || Array.isArray(patch)) {
    throw badRequest(`json: cannot unmarshal ${goJsonType(patch)} into Go value of type map[string]interface {}`);
  }
  return mergeObjects(copyJson(document) as MutableJsonObject, patch as MutableJsonObject, shape);
}

const RETAIN_KEYS = "$retainKeys";
const DELETE_FROM_LIST = "$deleteFromPrimitiveList";
const SET_ORDER = "$setElementOrder";

/** Merges the patch into the original. Both belong to this run and are used up. */
function mergeObjects(
  original: MutableJsonObject,
  patch: MutableJsonObject,
  shape: Shape | undefined,
): MutableJsonObject {
  const directive = patch[DIRECTIVE];
  if (directive === "replace") {
    delete patch[DIRECTIVE];
    return patch;
  }
  if (directive === "delete") return {};
  if (directive !== undefined)
    throw problem(`unknown patch type: ${describeAsText(directive)} in map: ${describeValue(patch)}`);
  retainKeys(original, patch);
  setElementOrders(original, patch, shape);
  for (const [key, value] of Object.entries(patch)) mergeMember(original, key, value!, shape);
  return original;
}

function mergeMember(original: MutableJsonObject, key: string, value: MutableJson, shape: Shape | undefined): void {
  const deletes = key.startsWith(DELETE_FROM_LIST);
  const name = deletes ? suffixOf(key, DELETE_FROM_LIST) : key;
  if (value === null) {
    delete original[name];
    return;
  }
  const current = Object.hasOwn(original, name) ? original[name] : undefined;
  if (current === undefined || kindOf(current) !== kindOf(value)) {
    if (!deletes) setOrDelete(original, name, withoutDirectives(withoutNulls(value)));
    return;
  }
  if (Array.isArray(value)) {
    const field = patchFieldOf(shape, name, true);
    const merges = strategyOf(field) === "merge" || deletes;
    original[name] = merges ? mergeSlices(current as MutableJson[], value, { field, deletes, mergeObjects }) : value;
  } else if (typeof value === "object") {
    const field = patchFieldOf(shape, name, false);
    original[name] =
      strategyOf(field) === "replace" ? value : mergeObjects(current as MutableJsonObject, value, field.shape);
  } else setMember(original, name, value);
}

function setOrDelete(object: MutableJsonObject, name: string, value: MutableJson | undefined): void {
  if (value === undefined) delete object[name];
  else setMember(object, name, value);
}

/** `$retainKeys`: what it does not list goes. */
function retainKeys(original: MutableJsonObject, patch: MutableJsonObject): void {
  const retained = patch[RETAIN_KEYS];
  if (retained === undefined) return;
  delete patch[RETAIN_KEYS];
  if (!Array.isArray(retained)) throw badRequest("invalid patch format of retainKeys");
  const keys = new Set(retained);
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith(DELETE_FROM_LIST) || key.startsWith(SET_ORDER)) continue;
    if (!keys.has(key)) throw badRequest("invalid patch format of retainKeys");
  }
  for (const key of Object.keys(original)) if (!keys.has(key)) delete original[key];
}

/** `$setElementOrder/…`: merges the lists that have one, and gives them that order. */
function setElementOrders(original: MutableJsonObject, patch: MutableJsonObject, shape: Shape | undefined): void {
  for (const key of Object.keys(patch).filter((name) => name.startsWith(SET_ORDER))) {
    const order = patch[key]!;
    delete patch[key];
    if (!Array.isArray(order)) throw badArgument("[]interface {}", order);
    const name = suffixOf(key, SET_ORDER);
    const current = listOf(original, name);
    const change = listOf(patch, name);
    const field = patchFieldOf(shape, name, true);
    const ordered = orderList(current, change, order, { field, merges: strategyOf(field) === "merge", mergeObjects });
    if (ordered === undefined) continue;
    original[name] = ordered;
    delete patch[name];
  }
}

function listOf(object: MutableJsonObject, name: string): MutableJson[] | undefined {
  const value = Object.hasOwn(object, name) ? object[name] : undefined;
  if (value === undefined) return undefined;
  if (!Array.isArray(value)) throw badArgument("[]interface {}", value);
  return value;
}

function suffixOf(key: string, prefix: string): string {
  const slash = key.indexOf("/");
  if (slash >= 0 && key.slice(0, slash) === prefix) return key.slice(slash + 1);
  throw badRequest(
    `invalid patch format of ${prefix === DELETE_FROM_LIST ? "primitive list" : "setElementOrder list"}`,
  );
}

/** How a field is patched. A list's shape is that of its items. */
function patchFieldOf(shape: Shape | undefined, name: string, list: boolean): PatchField {
  if (shape?.type === "any") throw unknownField("RawExtension", name);
  if (shape?.type !== "struct") {
    throw problem(`merging an object in json but data type is not struct, instead is: ${goKindOf(shape)}`);
  }
  const field: Field | undefined = Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
  if (field === undefined) throw unknownField(shape.name.slice(shape.name.lastIndexOf(".") + 1), name);
  const strategies = (field.patchStrategy ?? "").split(",");
  const mergeKey = field.patchMergeKey ?? "";
  if (!list) return { shape: field.shape, strategies, mergeKey };
  if (field.shape.type !== "list") throw problem("expected slice or array type, but got: struct");
  return { shape: field.shape.items, strategies, mergeKey };
}

function strategyOf({ strategies }: PatchField): string {
  return strategies.find((strategy) => strategy !== "retainKeys") ?? "";
}

function goKindOf(shape: Shape | undefined): string {
  if (shape?.type === "list") return "slice";
  if (shape?.type === "map") return "map";
  return shape?.type === "boolean" ? "bool" : "string";
}

/** The value without nulls in its objects, in place. */
function withoutNulls(value: MutableJson): MutableJson {
  if (Array.isArray(value)) value.forEach(withoutNulls);
  else if (typeof value === "object" && value !== null) {
    for (const [name, member] of Object.entries(value)) {
      if (member === null) delete value[name];
      else withoutNulls(member!);
    }
  }
  return value;
}

function unknownField(struct: string, name: string): StatusError {
  return problem(`unable to find api field in struct ${struct} for the json field ${JSON.stringify(name)}`);
}

function problem(message: string): StatusError {
  return failure(500, "", message);
}
