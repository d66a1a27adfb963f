import type { Json, JsonObject } from "../json.ts";
import type { ListShape, MapShape, Shape, StructShape } from "../shape.ts";
import type { FieldNode, FieldSet } from "./field-set.ts";
import { emptySet, leafNode } from "./field-set.ts";
import type { PathElement } from "./path-element.ts";
import { itemElement } from "./path-element.ts";

/** Whether a shape's values have one owner as a whole. */
export function isLeaf(shape: Shape): boolean {
  switch (shape.type) {
    case "struct":
    case "map":
      return shape.atomic;
    case "list":
      return shape.listType === "atomic";
    default:
      return true;
  }
}

/** The shape that values of a granular anything have: objects are maps of the same. */
export function actualShape(shape: Shape, ...values: readonly (Json | undefined)[]): Shape {
  if (shape.type !== "any" || shape.granular !== true) return shape;
  return values.every((value) => value === undefined || isObject(value)) ? GRANULAR : shape;
}

const GRANULAR: MapShape = {
  type: "map",
  values: { type: "any", protobuf: "json", granular: true },
  atomic: false,
};

function isObject(value: Json): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Null, `{}` and `[]` are owned as a whole, so that they can be told apart. */
export function isEmptyValue(value: Json | undefined): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const name in value) if ((value as JsonObject)[name] !== undefined) return false;
  return true;
}

/** A struct's field or a map's member as a path element, and its shape. */
export interface MemberShape {
  readonly element: PathElement;
  readonly shape: Shape;
  /** Whether it is a struct's declared field, which has no owner of its own. */
  readonly named: boolean;
}

/** The member of this name; nothing if a struct declares none. */
export function memberOf(shape: StructShape | MapShape, name: string): MemberShape | undefined {
  if (shape.type === "map") return { element: `f:${name}`, shape: shape.values, named: false };
  let members = structMembers.get(shape);
  if (members === undefined) {
    members = new Map(
      Object.entries(shape.fields).map(([field, { shape: inner }]) => [
        field,
        { element: `f:${field}`, shape: inner, named: true },
      ]),
    );
    structMembers.set(shape, members);
  }
  const declared = members.get(name);
  if (declared !== undefined || shape.rest === undefined) return declared;
  return { element: `f:${name}`, shape: shape.rest, named: false };
}

const structMembers = new WeakMap<StructShape, ReadonlyMap<string, MemberShape>>();

/** The items of a list by their path element. Those that share one are listed under it in order. @throws OwnershipError */
export function itemsByElement(shape: ListShape, items: readonly Json[]): Map<PathElement, Json[]> {
  const result = new Map<PathElement, Json[]>();
  for (const item of items) {
    const element = itemElement(shape, item);
    const same = result.get(element);
    if (same === undefined) result.set(element, [item]);
    else same.push(item);
  }
  return result;
}

/** The fields that an applied configuration claims: every leaf and every item that it mentions. @throws OwnershipError */
export function claimedFields(shape: Shape, value: Json): FieldSet {
  return claimed(shape, value)?.below ?? emptySet;
}

/** What is claimed at and below a value; nothing for containers that have nothing to claim. */
function claimed(declared: Shape, value: Json): FieldNode | undefined {
  const shape = actualShape(declared, value);
  if (isLeaf(shape)) return leafNode;
  if (typeof value !== "object" || value === null) return undefined;
  const below = new Map<PathElement, FieldNode>();
  if (shape.type === "list") {
    for (const [element, items] of itemsByElement(shape, value as readonly Json[])) {
      const node = items.length > 1 ? undefined : claimed(shape.items, items[0]!);
      below.set(element, node?.below === undefined ? leafNode : { owned: true, below: node.below });
    }
  } else if (shape.type === "struct" || shape.type === "map") {
    for (const [name, member] of Object.entries(value as JsonObject)) {
      if (member === undefined) continue;
      const found = memberOf(shape, name);
      if (found === undefined) continue;
      const node = claimed(found.shape, member);
      const owned = node?.owned === true || !found.named || isEmptyMember(member);
      if (owned || node?.below !== undefined) below.set(found.element, { owned, below: node?.below });
    }
  }
  return below.size === 0 ? undefined : { owned: false, below };
}

function isEmptyMember(value: Json): boolean {
  return value === null || (typeof value === "object" && !Array.isArray(value) && isEmptyValue(value));
}

/** The set and, besides, every declared field of a struct that has something of the set below it. */
export function withNamedFields(set: FieldSet, shape: Shape | undefined): FieldSet {
  let result: Map<PathElement, FieldNode> | undefined;
  for (const [element, node] of set) {
    if (node.below === undefined) continue;
    const inner = shapeBelow(shape, element);
    const below = withNamedFields(node.below, inner?.shape);
    const owned = node.owned || inner?.named === true;
    if (owned !== node.owned || below !== node.below) (result ??= new Map(set)).set(element, { owned, below });
  }
  return result ?? set;
}

function shapeBelow(declared: Shape | undefined, element: PathElement): { shape: Shape; named: boolean } | undefined {
  const shape = declared === undefined ? undefined : actualShape(declared);
  if (element.startsWith("f:") && (shape?.type === "struct" || shape?.type === "map"))
    return memberOf(shape, element.slice(2));
  if (element.startsWith("k:") && shape?.type === "list") return { shape: shape.items, named: false };
  return undefined;
}

/** The value without the fields and items of the set. A container that loses all it has becomes null. */
export function removeFields(declared: Shape, value: Json, set: FieldSet): Json {
  const shape = actualShape(declared, value);
  if (shape.type !== "list" && shape.type !== "struct" && shape.type !== "map") return value;
  if (typeof value !== "object" || value === null || isLeaf(shape) || isEmptyValue(value)) return null;
  if (shape.type === "list") {
    const items = removeItems(shape, value as readonly Json[], set);
    return items.length === 0 ? null : items;
  }
  const result: Record<string, Json> = {};
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const found = memberOf(shape, name);
    const node = found === undefined ? undefined : set.get(found.element);
    if (member === undefined || node?.owned === true) continue;
    result[name] = node?.below === undefined ? member : removeFields(found!.shape, member, node.below);
  }
  return Object.keys(result).length === 0 ? null : result;
}

function removeItems(shape: ListShape, items: readonly Json[], set: FieldSet): Json[] {
  const result: Json[] = [];
  for (const item of items) {
    const node = set.get(itemElement(shape, item));
    if (node?.owned === true) continue;
    result.push(node?.below === undefined ? item : removeFields(shape.items, item, node.below));
  }
  return result;
}
