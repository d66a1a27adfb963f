import type { Kind } from "../../../api/kind.ts";
import type { KindRegistry } from "../../../api/registry.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { storedKind } from "../../storage/context.ts";

/**
 * Tells which kinds are the same objects in other versions. Where a webhook converts, there are none: to match, and to be asked in
 * another version, would be to wait for it in the middle of a decision.
 */
export type Equivalents = (kind: Kind) => readonly Kind[];

export function equivalentsIn(registry: KindRegistry): Equivalents {
  let known = new WeakMap<Kind, readonly Kind[]>();
  let generation = registry.generation;
  return (kind) => {
    if (generation !== registry.generation) {
      known = new WeakMap();
      generation = registry.generation;
    }
    let result = known.get(kind);
    if (result === undefined) {
      const stored = storedKind(kind);
      const isSame = (other: Kind) => other !== kind && storedKind(other) === stored;
      result = kind.conversion === undefined ? registry.all().filter(isSame) : [];
      known.set(kind, result);
    }
    return result;
  };
}

/** An object in another version of its kind. */
export function inVersion<T extends object>(object: T, from: Kind, to: Kind): T {
  if (from === to) return object;
  const given = object as unknown as KubeObject;
  const stored = from.view === undefined ? given : from.view.toStored(given);
  return (to.view === undefined ? stored : to.view.fromStored(stored)) as unknown as T;
}
