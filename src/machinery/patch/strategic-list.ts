import { setMember } from "../decode-compile.ts";
import type { MutableJson, MutableJsonObject } from "../json.ts";
import { badRequest, failure } from "../status.ts";
import { doesNotApply } from "./refusal.ts";
import type { Shape } from "../shape.ts";
import { badArgument, describeAsText, describeValue, kindOf, noMergeKey } from "./strategic-problems.ts";

type List = MutableJson[];

/** What marks an object of a patch as an order rather than a value. */
export const DIRECTIVE = "$patch";

/** How a field is patched. */
export interface PatchField {
  readonly shape: Shape;
  readonly strategies: readonly string[];
  readonly mergeKey: string;
}

type MergeObjects = (
  original: MutableJsonObject,
  patch: MutableJsonObject,
  shape: Shape | undefined,
) => MutableJsonObject;

export interface ListMerge {
  /** Its shape is that of the items. */
  readonly field: PatchField;
  /** Whether the patch lists scalars to be taken out. */
  readonly deletes: boolean;
  readonly mergeObjects: MergeObjects;
}

/** Merges a patch's list into the original one: scalars as a set, objects by their merge key. */
export function mergeSlices(original: List, patch: List, { field, deletes, mergeObjects }: ListMerge): List {
  if (original.length === 0 && patch.length === 0) return original;
  const { mergeKey, shape } = field;
  const objects = itemKind(original, patch) === "map";
  if (!objects) {
    if (deletes) return original.filter((item) => !patch.includes(item));
    return arrange(mergeKey, false, [...new Set([...original, ...patch])], patch, original);
  }
  if (mergeKey === "") throw failure(500, "", `cannot merge lists without merge key for struct`);
  const { kept, additions } = performDirectives(original, patch, mergeKey);
  return arrange(
    mergeKey,
    true,
    mergeItems([...kept], additions, mergeKey, (item, patched) => mergeObjects(item, patched, shape)),
    additions,
    kept,
  );
}

/**
 * The list in the order that a `$setElementOrder` asks for; items that it does not name keep their places between.
 * Nothing where neither the original nor the patch has the list.
 */
export function orderList(
  original: List | undefined,
  patch: List | undefined,
  order: List,
  {
    field,
    merges,
    mergeObjects,
  }: { readonly field: PatchField; readonly merges: boolean; readonly mergeObjects: MergeObjects },
): List | undefined {
  const { mergeKey } = field;
  checkOrder(patch ?? [], order, mergeKey);
  if (original === undefined && patch === undefined) return undefined;
  const kind = itemKind(original ?? [], patch ?? []);
  let merged: List;
  if (original === undefined) merged = withoutDirectives(patch!) as List;
  else if (patch === undefined) merged = original;
  else merged = merges ? mergeSlices(original, patch, { field, deletes: false, mergeObjects }) : patch;
  return arrange(mergeKey, kind === "map", merged, order, original ?? []);
}

/** The kind that all items have. */
function itemKind(...lists: readonly List[]): string {
  const kinds = lists.flat(1).map(kindOf);
  if (kinds[0] === "slice") throw doesNotApply("lists of lists are not supported");
  if (kinds.length === 0) throw failure(500, "", "no elements in any of the given slices");
  if (kinds.some((kind) => kind !== kinds[0])) {
    throw failure(500, "", `list element types are not identical: ${describeValue(lists.map((list) => list))}`);
  }
  return kinds[0]!;
}

interface Directed {
  /** The original's items that the patch lets be. */
  readonly kept: List;
  /** The patch's items that are no directives. */
  readonly additions: List;
}

function performDirectives(original: List, patch: List, mergeKey: string): Directed {
  let kept = original;
  let replaces = false;
  const additions: List = [];
  for (const item of patch as MutableJsonObject[]) {
    const directive = item[DIRECTIVE];
    if (directive === undefined) additions.push(item);
    else if (directive === "delete") {
      const key = keyOf(item, mergeKey);
      kept = kept.filter((candidate) => memberOf(candidate, mergeKey) !== key);
    } else if (directive === "replace") replaces = true;
    else if (directive === "merge") throw failure(500, "", "merging lists cannot yet be specified in the patch");
    else throw failure(500, "", `unknown patch type: ${describeAsText(directive)} in map: ${describeValue(item)}`);
  }
  return replaces ? { kept: [], additions } : { kept, additions };
}

/** Merges each item into the one with the same key, or appends it. */
function mergeItems(
  merged: List,
  additions: List,
  mergeKey: string,
  merge: (item: MutableJsonObject, patch: MutableJsonObject) => MutableJsonObject,
): List {
  for (const item of additions as MutableJsonObject[]) {
    const key = keyOf(item, mergeKey);
    const at = merged.findIndex((candidate) => memberOf(candidate, mergeKey) === key);
    if (at < 0) merged.push(item);
    // The patch's item is merged from a copy: the order of the list is still read from it.
    else merged[at] = merge(merged[at] as MutableJsonObject, { ...item });
  }
  return merged;
}

/**
 * Orders a merged list: the items that `patchOrder` has as it has them, the others as the original had them, and between
 * the two as the original had them where it had both.
 */
function arrange(mergeKey: string, objects: boolean, merged: List, patchOrder: List, originalOrder: List): List {
  const identify = (item: MutableJson): MutableJson => (objects ? keyOf(item, mergeKey) : item);
  const patchPlaces = placesOf(patchOrder, identify);
  const originalPlaces = placesOf(originalOrder, identify);
  const byPatch = merged.filter((item) => patchPlaces.has(identify(item)));
  const others = merged.filter((item) => !patchPlaces.has(identify(item)));
  sortBy(byPatch, (item) => patchPlaces.get(identify(item)));
  sortBy(others, (item) => originalPlaces.get(identify(item)));
  const result: List = [];
  let [other, patched] = [0, 0];
  while (other < others.length && patched < byPatch.length) {
    const left = originalPlaces.get(identify(others[other]!));
    const right = originalPlaces.get(identify(byPatch[patched]!));
    result.push(left !== undefined && right !== undefined && left < right ? others[other++]! : byPatch[patched++]!);
  }
  return [...result, ...others.slice(other), ...byPatch.slice(patched)];
}

function placesOf(list: List, identify: (item: MutableJson) => MutableJson): ReadonlyMap<MutableJson, number> {
  const places = new Map<MutableJson, number>();
  list.forEach((item, index) => {
    const identity = identify(item);
    if (!places.has(identity)) places.set(identity, index);
  });
  return places;
}

function sortBy(list: List, place: (item: MutableJson) => number | undefined): void {
  list.sort((left, right) => (place(left) ?? -1) - (place(right) ?? -1));
}

/** A `$setElementOrder` must name the patch's items in their order. */
function checkOrder(patch: List, order: List, mergeKey: string): void {
  if (patch.length === 0 || order.length === 0) return;
  const items = mergeKey === "" ? patch : patch.filter((item) => !isDeletion(item));
  let next = 0;
  for (const place of order) {
    while (next < items.length && hasDirective(items[next]!)) next++;
    if (next === items.length) return;
    const equal = mergeKey === "" ? items[next] === place : keyOf(items[next]!, mergeKey) === keyOf(place, mergeKey);
    if (equal) next++;
  }
  if (next < items.length) {
    throw failure(
      500,
      "",
      `The order in patch list:\n${describeValue(patch)}\n doesn't match $setElementOrder list:\n${describeValue(order)}\n`,
    );
  }
}

function isDeletion(item: MutableJson): boolean {
  if (kindOf(item) !== "map") throw badArgument("map[string]interface {}", item);
  return (item as MutableJsonObject)[DIRECTIVE] === "delete";
}

function hasDirective(item: MutableJson): boolean {
  return kindOf(item) === "map" && Object.hasOwn(item as MutableJsonObject, DIRECTIVE);
}

/** The value of an item's merge key. */
function keyOf(item: MutableJson, mergeKey: string): MutableJson {
  if (kindOf(item) !== "map") throw badArgument("map[string]interface {}", item);
  const key = (item as MutableJsonObject)[mergeKey];
  if (key === undefined) throw noMergeKey(item as MutableJsonObject, mergeKey);
  return key;
}

function memberOf(item: MutableJson, name: string): MutableJson | undefined {
  if (kindOf(item) !== "map") throw badRequest("invalid JSON document");
  return (item as MutableJsonObject)[name];
}

/** The value without all that carries a directive, in place; nothing if it does so itself. */
export function withoutDirectives(value: MutableJson): MutableJson | undefined {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((item) => item !== undefined);
  if (typeof value !== "object" || value === null) return value;
  if (Object.hasOwn(value, DIRECTIVE)) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const kept = withoutDirectives(member!);
    if (kept === undefined) delete value[name];
    else setMember(value, name, kept);
  }
  return value;
}
