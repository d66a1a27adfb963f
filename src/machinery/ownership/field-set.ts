import type { JsonObject, MutableJson, MutableJsonObject } from "../json.ts";
import { setMember } from "../decode-compile.ts";
import type { PathElement } from "./path-element.ts";
import { canonicalElement, compareElements, OwnershipError } from "./path-element.ts";

/**
 * A set of fields, as a tree by path elements. Sets are never changed once made, and operations give back one of their
 * arguments where the result is the same: whoever knows how a set is written need not write it again.
 */
export type FieldSet = ReadonlyMap<PathElement, FieldNode>;

export interface FieldNode {
  /** Whether the field itself is in the set. */
  readonly owned: boolean;
  /** The fields below it that are; none is undefined, never empty. */
  readonly below: FieldSet | undefined;
}

export const emptySet: FieldSet = new Map();
/** A field that is in the set, with nothing below. */
export const leafNode: FieldNode = { owned: true, below: undefined };

/** Makes the set of these paths. */
export function fieldSetOf(...paths: readonly (readonly PathElement[])[]): FieldSet {
  return paths.reduce<FieldSet>((set, path) => (path.length === 0 ? set : unionSets(set, onePath(path))), emptySet);
}

function onePath([first, ...rest]: readonly PathElement[]): FieldSet {
  return new Map([[first!, rest.length === 0 ? leafNode : { owned: false, below: onePath(rest) }]]);
}

/** What is in either. */
export function unionSets(left: FieldSet, right: FieldSet): FieldSet {
  if (right.size === 0 || left === right) return left;
  if (left.size === 0) return right;
  let result: Map<PathElement, FieldNode> | undefined;
  for (const [element, node] of right) {
    const own = left.get(element);
    const merged = own === undefined ? node : unionNodes(own, node);
    if (merged !== own) (result ??= new Map(left)).set(element, merged);
  }
  return result ?? left;
}

function unionNodes(left: FieldNode, right: FieldNode): FieldNode {
  const owned = left.owned || right.owned;
  const below =
    left.below === undefined || right.below === undefined
      ? (left.below ?? right.below)
      : unionSets(left.below, right.below);
  return sameOr(left, owned, below);
}

/** What is in both. */
export function intersectSets(left: FieldSet, right: FieldSet): FieldSet {
  if (left === right) return left;
  const result = new Map<PathElement, FieldNode>();
  for (const [element, node] of left) {
    const other = right.get(element);
    if (other === undefined) continue;
    const below =
      node.below === undefined || other.below === undefined ? undefined : intersectSets(node.below, other.below);
    keep(result, element, sameOr(node, node.owned && other.owned, below));
  }
  return result;
}

/** What is in the left one only. A field goes, those below it stay. */
export function subtractSets(left: FieldSet, right: FieldSet): FieldSet {
  return without(left, right, (node, other) => {
    const below =
      node.below === undefined || other.below === undefined ? node.below : subtractSets(node.below, other.below);
    return sameOr(node, node.owned && !other.owned, below);
  });
}

/** The same, but with a field all below it goes. */
export function subtractTrees(left: FieldSet, right: FieldSet): FieldSet {
  return without(left, right, (node, other) => {
    if (other.owned) return undefined;
    const below =
      node.below === undefined || other.below === undefined ? node.below : subtractTrees(node.below, other.below);
    return sameOr(node, node.owned, below);
  });
}

function without(
  left: FieldSet,
  right: FieldSet,
  subtract: (node: FieldNode, other: FieldNode) => FieldNode | undefined,
): FieldSet {
  let result: Map<PathElement, FieldNode> | undefined;
  for (const [element, other] of right) {
    const node = left.get(element);
    if (node === undefined) continue;
    const rest = subtract(node, other);
    if (rest === node) continue;
    result ??= new Map(left);
    if (rest === undefined || isVoid(rest)) result.delete(element);
    else result.set(element, rest);
  }
  return result ?? left;
}

/** A node of these parts: the given one if it is the same. */
function sameOr(node: FieldNode, owned: boolean, below: FieldSet | undefined): FieldNode {
  const filled = below === undefined || below.size === 0 ? undefined : below;
  return node.owned === owned && node.below === filled ? node : { owned, below: filled };
}

function isVoid(node: FieldNode): boolean {
  return !node.owned && node.below === undefined;
}

function keep(result: Map<PathElement, FieldNode>, element: PathElement, node: FieldNode): void {
  if (!isVoid(node)) result.set(element, node);
}

/** All paths in the set: those of a level in order, before those of the levels below. */
export function* pathsOf(set: FieldSet, prefix: readonly PathElement[] = []): Generator<readonly PathElement[]> {
  const elements = [...set.keys()].sort(compareElements);
  for (const element of elements) if (set.get(element)!.owned) yield [...prefix, element];
  for (const element of elements) {
    const { below } = set.get(element)!;
    if (below !== undefined) yield* pathsOf(below, [...prefix, element]);
  }
}

export function hasPath(set: FieldSet, path: readonly PathElement[]): boolean {
  let level: FieldSet | undefined = set;
  for (const element of path.slice(0, -1)) level = level?.get(element)?.below;
  return level?.get(path.at(-1)!)?.owned ?? false;
}

/** Reads the FieldsV1 form. @throws OwnershipError for a text that is no path element */
export function parseFields(fields: JsonObject): FieldSet {
  return parseLevel(fields) ?? emptySet;
}

function parseLevel(fields: JsonObject): FieldSet | undefined {
  let set: Map<PathElement, FieldNode> | undefined;
  for (const text in fields) {
    if (text === ".") continue;
    const element = canonicalElement(text);
    const value = fields[text];
    if (element === undefined) continue;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new OwnershipError(`invalid fields below ${text}`);
    }
    const below = parseLevel(value as JsonObject);
    set ??= new Map();
    // A field with nothing below is in the set; one with something below is if it says so by a dot.
    set.set(element, below === undefined ? leafNode : { owned: Object.hasOwn(value, "."), below });
  }
  return set;
}

/**
 * The FieldsV1 form, its members in Kubernetes' order. What many objects have alike (the thousand pods of one template) is one
 * object in memory, so nobody may change it.
 */
export function printFields(set: FieldSet): JsonObject {
  const fields = printLevel(set, false);
  const text = JSON.stringify(fields);
  const known = printed.get(text);
  if (known !== undefined) return known;
  if (printed.size === MOST_PRINTED) printed.delete(printed.keys().next().value!);
  printed.set(text, fields);
  return fields;
}

/** The forms printed last, by their text. */
const printed = new Map<string, JsonObject>();
const MOST_PRINTED = 1_000;

/** A field with nothing below. Most of what managed fields consist of is this. */
const LEAF: MutableJsonObject = Object.freeze({});

function printLevel(set: FieldSet, owned: boolean): JsonObject {
  const fields: MutableJsonObject = {};
  if (owned) fields["."] = LEAF;
  for (const element of inOrder(set)) {
    const { owned: own, below } = set.get(element)!;
    setMember(fields, element, below === undefined ? LEAF : (printLevel(below, own) as MutableJson));
  }
  return fields;
}

/** The elements of a level in order. Most levels already are. */
function inOrder(set: FieldSet): Iterable<PathElement> {
  let last: PathElement | undefined;
  for (const element of set.keys()) {
    if (last !== undefined && !isBefore(last, element)) return [...set.keys()].sort(compareElements);
    last = element;
  }
  return set.keys();
}

function isBefore(left: PathElement, right: PathElement): boolean {
  if (left.startsWith("f:") && right.startsWith("f:")) return left < right;
  return compareElements(left, right) < 0;
}
