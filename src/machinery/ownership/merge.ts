import type { Json, JsonObject } from "../json.ts";
import type { ListShape, MapShape, Shape, StructShape } from "../shape.ts";
import type { PathElement } from "./path-element.ts";
import { itemElement, OwnershipError } from "./path-element.ts";
import { actualShape, isEmptyValue, isLeaf, memberOf } from "./typed.ts";

/**
 * The live value with an applied configuration laid over it. Nothing is removed; where both have a leaf the configuration
 * wins, and lists that it touches take its order. Parts are shared with both arguments.
 * @throws OwnershipError
 */
export function mergeValues(shape: Shape, live: Json, config: Json): Json {
  return mergeChild(shape, live, config) ?? null;
}

function mergeChild(declared: Shape, live: Json | undefined, config: Json | undefined): Json | undefined {
  if (config === undefined) return live;
  if (live === undefined) return config;
  const shape = actualShape(declared, live, config);
  if (isLeaf(shape) || (isEmptyValue(live) && isEmptyValue(config))) return config;
  if (shape.type === "list")
    return mergeLists(shape, (live ?? []) as readonly Json[], (config ?? []) as readonly Json[]);
  return mergeMembers(shape as StructShape | MapShape, (live ?? {}) as JsonObject, (config ?? {}) as JsonObject);
}

function mergeMembers(shape: StructShape | MapShape, live: JsonObject, config: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...live };
  for (const [name, value] of Object.entries(config)) {
    const member = memberOf(shape, name);
    const own = Object.hasOwn(live, name) ? live[name] : undefined;
    if (member !== undefined) result[name] = mergeChild(member.shape, own, value);
  }
  return result;
}

/**
 * Lays one list over another. Items of the live list that the configuration does not have keep their places between those
 * that both have; the latter come in the configuration's order.
 */
function mergeLists(shape: ListShape, live: readonly Json[], config: readonly Json[]): Json[] {
  const liveElements = live.map((item) => itemElement(shape, item));
  const configElements = config.map((item) => itemElement(shape, item));
  const liveItems = new Map<PathElement, Json>();
  // What the live list has twice is merged with nothing of it.
  liveElements.forEach((element, index) => liveItems.set(element, liveItems.has(element) ? null : live[index]!));
  const configItems = indexConfig(configElements, config);
  const shared = configElements.filter((element) => liveItems.has(element));
  const merged = new Set<PathElement>();
  const result: Json[] = [];
  let [nextShared, liveAt, configAt] = [0, 0, 0];
  const takeConfig = (element: PathElement): void => {
    merged.add(element);
    result.push(mergeChild(shape.items, liveItems.get(element), configItems.get(element)) ?? null);
    configAt++;
    if (shared[nextShared] === element) nextShared++;
  };
  while (liveAt < live.length || configAt < config.length) {
    const own = liveElements[liveAt];
    const theirs = configElements[configAt];
    if (own !== undefined && own === theirs) {
      takeConfig(own);
      liveAt++;
    } else if (own !== undefined && !configItems.has(own)) {
      result.push(live[liveAt++]!);
    } else if (own !== undefined && theirs !== undefined && nextShared < shared.length && shared[nextShared] !== own) {
      // Both lists have it, but the configuration puts it elsewhere.
      liveAt++;
    } else {
      if (own !== undefined && merged.has(own)) liveAt++;
      if (theirs !== undefined) takeConfig(theirs);
    }
  }
  return result;
}

function indexConfig(elements: readonly PathElement[], items: readonly Json[]): ReadonlyMap<PathElement, Json> {
  const result = new Map<PathElement, Json>();
  elements.forEach((element, index) => {
    if (result.has(element)) throw new OwnershipError(`duplicate entries for key ${element}`);
    result.set(element, items[index]!);
  });
  return result;
}
