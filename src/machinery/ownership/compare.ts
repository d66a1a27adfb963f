import { sameJson } from "../same-json.ts";
import type { Json, JsonObject } from "../json.ts";
import { hasGivenEmpty } from "../given-empty.ts";
import type { ListShape, MapShape, Shape, StructShape } from "../shape.ts";
import type { FieldNode, FieldSet } from "./field-set.ts";
import { emptySet, leafNode } from "./field-set.ts";
import type { PathElement } from "./path-element.ts";
import { actualShape, isEmptyValue, isLeaf, itemsByElement, memberOf } from "./typed.ts";

/** What a change of a value does to its fields. No field is in more than one of the sets. */
export interface Comparison {
  readonly added: FieldSet;
  readonly modified: FieldSet;
  readonly removed: FieldSet;
}

/** Compares two values of a shape field by field. @throws OwnershipError for lists whose items cannot be told apart */
export function compareFields(shape: Shape, left: Json, right: Json): Comparison {
  const changes = newChanges();
  if (left !== right && !isLeaf(shape)) compareContainers(shape, left, right, changes);
  return {
    added: changes.added ?? emptySet,
    modified: changes.modified ?? emptySet,
    removed: changes.removed ?? emptySet,
  };
}

/** The changes at one level; a set is made when it gets its first field. */
interface Changes {
  added: Map<PathElement, FieldNode> | undefined;
  modified: Map<PathElement, FieldNode> | undefined;
  removed: Map<PathElement, FieldNode> | undefined;
}

function newChanges(): Changes {
  return { added: undefined, modified: undefined, removed: undefined };
}

function compareContainers(shape: Shape, left: Json, right: Json, changes: Changes): void {
  if (shape.type === "list") {
    compareLists(shape, (left ?? []) as readonly Json[], (right ?? []) as readonly Json[], changes);
  } else if (shape.type === "struct" || shape.type === "map") {
    compareMembers(shape, (left ?? {}) as JsonObject, (right ?? {}) as JsonObject, changes);
  }
}

function compareMembers(shape: StructShape | MapShape, left: JsonObject, right: JsonObject, changes: Changes): void {
  for (const name in right) {
    const now = right[name];
    if (now === undefined) continue;
    const before = Object.hasOwn(left, name) ? left[name] : undefined;
    if (now === before) continue;
    const member = memberOf(shape, name);
    if (member !== undefined) compareChild(member.element, member.shape, before, now, changes);
  }
  for (const name in left) {
    const before = left[name];
    if (before === undefined || (Object.hasOwn(right, name) && right[name] !== undefined)) continue;
    const member = memberOf(shape, name);
    if (member !== undefined) compareChild(member.element, member.shape, before, undefined, changes);
  }
}

/** Compares what stands at one element; at least one of the values is present. */
function compareChild(
  element: PathElement,
  declared: Shape,
  left: Json | undefined,
  right: Json | undefined,
  changes: Changes,
): void {
  const shape = actualShape(declared, left, right);
  if (left === undefined) (changes.added ??= new Map()).set(element, wholeOf(shape, right!));
  else if (right === undefined) (changes.removed ??= new Map()).set(element, wholeOf(shape, left));
  else if (isLeaf(shape) || (isEmptyValue(left) && isEmptyValue(right))) {
    // Of the lists that are compared as a whole, Go takes what is given empty in their items for another value.
    const isSame = sameJson(left, right) && !(shape.type === "list" && hasGivenEmpty(right));
    if (!isSame) (changes.modified ??= new Map()).set(element, leafNode);
  } else {
    const below = newChanges();
    compareContainers(shape, left, right, below);
    if (below.added !== undefined) (changes.added ??= new Map()).set(element, { owned: false, below: below.added });
    if (below.modified !== undefined)
      (changes.modified ??= new Map()).set(element, { owned: false, below: below.modified });
    if (below.removed !== undefined)
      (changes.removed ??= new Map()).set(element, { owned: false, below: below.removed });
  }
}

/** All fields of a value that is there on one side only. */
function wholeOf(declared: Shape, value: Json): FieldNode {
  const shape = actualShape(declared, value);
  if (isLeaf(shape) || isEmptyValue(value)) return leafNode;
  const below = new Map<PathElement, FieldNode>();
  if (shape.type === "list") {
    for (const [element, items] of itemsByElement(shape, value as readonly Json[])) {
      below.set(element, items.length > 1 ? leafNode : wholeOf(shape.items, items[0]!));
    }
  } else if (shape.type === "struct" || shape.type === "map") {
    for (const name in value as JsonObject) {
      const member = (value as JsonObject)[name];
      const found = member === undefined ? undefined : memberOf(shape, name);
      if (found !== undefined) below.set(found.element, wholeOf(found.shape, member!));
    }
  }
  return { owned: true, below };
}

function compareLists(shape: ListShape, left: readonly Json[], right: readonly Json[], changes: Changes): void {
  const before = itemsByElement(shape, left);
  const after = itemsByElement(shape, right);
  for (const [element, olds] of before) compareItems(element, shape.items, olds, after.get(element) ?? [], changes);
  for (const [element, news] of after) if (!before.has(element)) compareItems(element, shape.items, [], news, changes);
}

/** Items that share an element are owned as one; where they come or go, the single item that was there goes or comes. */
function compareItems(
  element: PathElement,
  shape: Shape,
  olds: readonly Json[],
  news: readonly Json[],
  changes: Changes,
): void {
  if (olds.length <= 1 && news.length <= 1) {
    if (olds[0] !== news[0]) compareChild(element, shape, olds[0], news[0], changes);
  } else if (olds.length >= 2 && news.length >= 2) {
    if (!sameJson(olds, news)) (changes.modified ??= new Map()).set(element, leafNode);
  } else if (olds.length >= 2) {
    if (news.length === 1) compareChild(element, shape, undefined, news[0], changes);
    (changes.removed ??= new Map()).set(element, leafNode);
  } else {
    if (olds.length === 1) compareChild(element, shape, olds[0], undefined, changes);
    (changes.added ??= new Map()).set(element, leafNode);
  }
}
