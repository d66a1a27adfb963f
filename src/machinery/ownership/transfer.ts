import type { Json } from "../json.ts";
import type { Shape } from "../shape.ts";
import type { Comparison } from "./compare.ts";
import { compareFields } from "./compare.ts";
import { conflictError } from "./conflict.ts";
import type { FieldSet } from "./field-set.ts";
import { fieldSetOf, intersectSets, subtractSets, unionSets } from "./field-set.ts";
import type { FieldFilter } from "./filter.ts";
import type { Manager, Managers } from "./managers.ts";

/** How values look in another version of the kind. */
export interface OtherVersion {
  readonly shape: Shape;
  readonly convert: (value: Json) => Json;
  readonly convertBack: (value: Json) => Json;
}

/** What every write of fields is seen against. */
export interface WriteContext {
  /** The shape of the objects, in the version that the request speaks. */
  readonly shape: Shape;
  readonly apiVersion: string;
  /** Values may have other types than the shape says: custom objects are checked later, if at all. */
  readonly isUnchecked?: boolean;
  readonly filter?: FieldFilter;
  /** The kind's other versions; nothing for one that is served no more, whose managers are forgotten. */
  readonly versions?: (apiVersion: string) => OtherVersion | undefined;
}

/** A change of an object by one manager. */
export interface Change {
  readonly live: Json;
  readonly next: Json;
  /** The key of the manager that makes the change, which keeps what it has. */
  readonly by: string;
  /** Whether the others lose what they own, rather than the change being refused. */
  readonly force: boolean;
}

/**
 * Takes from all other managers what a change adds, modifies or removes.
 * @returns what the change does, as far as the filter lets it own anything
 * @throws StatusError 409 where others own what is changed and it is not forced
 * @throws OwnershipError
 */
export function transferOwnership(context: WriteContext, managers: Managers, change: Change): Comparison {
  const own = filtered(compareFields(context.shape, change.live, change.next), context.filter);
  const comparisons = new Map<string, Comparison | undefined>([[context.apiVersion, own]]);
  const conflicts: { readonly manager: Manager; readonly set: FieldSet }[] = [];
  const losers: { readonly key: string; readonly manager: Manager; readonly lost: FieldSet }[] = [];
  for (const [key, manager] of managers) {
    if (key === change.by) continue;
    const { apiVersion } = manager;
    if (!comparisons.has(apiVersion)) comparisons.set(apiVersion, compareIn(context, apiVersion, change));
    const comparison = comparisons.get(apiVersion);
    if (comparison === undefined) {
      managers.delete(key);
      continue;
    }
    const taken = unionSets(comparison.modified, comparison.added);
    const set = intersectSets(manager.set, taken);
    if (set.size > 0) conflicts.push({ manager, set });
    losers.push({ key, manager, lost: unionSets(taken, comparison.removed) });
  }
  if (!change.force && conflicts.length > 0) throw conflictError(conflicts);
  for (const { key, manager, lost } of losers) {
    const set = subtractSets(manager.set, lost);
    if (set.size === 0) managers.delete(key);
    else if (set !== manager.set) managers.set(key, { ...manager, set });
  }
  return own;
}

function compareIn(context: WriteContext, apiVersion: string, { live, next }: Change): Comparison | undefined {
  const version = context.versions?.(apiVersion);
  if (version === undefined) return undefined;
  return filtered(compareFields(version.shape, version.convert(live), version.convert(next)), context.filter);
}

function filtered(comparison: Comparison, filter: FieldFilter | undefined): Comparison {
  if (filter === undefined) return comparison;
  const { added, modified, removed } = comparison;
  return { added: filter(added), modified: filter(modified), removed: filter(removed) };
}

/** What nobody owns: the identity of the object and what only the server sets. */
export function withoutServerFields(set: FieldSet): FieldSet {
  return subtractSets(set, SERVER_FIELDS);
}

const SERVER_FIELDS = fieldSetOf(
  ["f:apiVersion"],
  ["f:kind"],
  ["f:metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => ["f:metadata", `f:${name}`]),
);
