import type { ManagedFieldsEntry } from "../object.ts";
import { fieldSetOf, intersectSets, subtractSets } from "./field-set.ts";
import { type Manager, managerKey, type Managers, readManagers, writeManagers } from "./managers.ts";

const SCALE_VERSION = "autoscaling/v1";
const REPLICAS_OF_SCALE = fieldSetOf(["f:spec", "f:replicas"]);

/** Where a kind has the number that its scale shows. */
export interface Scaled {
  readonly apiVersion: string;
  /** `spec.replicas` */
  readonly replicas: string;
}

/** Who manages the fields of an object's scale: those who manage the number in the object itself. */
export function scaleOwners(scaled: Scaled, entries: readonly ManagedFieldsEntry[]): readonly ManagedFieldsEntry[] {
  const owners: Managers = new Map();
  for (const manager of readManagers(entries).values()) {
    if (manager.apiVersion !== scaled.apiVersion || !owns(manager, scaled)) continue;
    const owner = { ...manager, apiVersion: SCALE_VERSION, set: REPLICAS_OF_SCALE };
    owners.set(managerKey(owner), owner);
  }
  return writeManagers(owners);
}

/**
 * Who manages the fields of an object after a write of its scale. Kubernetes looks for the managers of the one among those of
 * the other and finds only the appliers, since those who update go by the version too: what is an updater's already becomes
 * an entry of its own. It notes no times of such writes.
 * @param owners the scale's managed fields after the write
 */
export function ownersAfterScale(
  scaled: Scaled,
  entries: readonly ManagedFieldsEntry[],
  owners: readonly ManagedFieldsEntry[],
): readonly ManagedFieldsEntry[] {
  const before = readManagers(entries);
  const ofScale = readManagers(owners);
  const result: Managers = new Map();
  for (const [key, manager] of before) {
    if (manager.apiVersion !== scaled.apiVersion) continue;
    if (!owns(manager, scaled) || ofScale.delete(key)) {
      result.set(key, manager);
      continue;
    }
    const set = subtractSets(manager.set, numberOf(scaled));
    if (set.size > 0) result.set(key, { ...manager, set });
  }
  for (const [key, manager] of ofScale) {
    if (intersectSets(manager.set, REPLICAS_OF_SCALE).size === 0) continue;
    const time = before.get(key)?.time;
    result.set(key, { ...manager, apiVersion: scaled.apiVersion, set: numberOf(scaled), time });
  }
  return writeManagers(result);
}

function owns({ set }: Manager, scaled: Scaled): boolean {
  return intersectSets(set, numberOf(scaled)).size > 0;
}

function numberOf({ replicas }: Scaled) {
  return fieldSetOf(replicas.split(".").map((name) => `f:${name}`));
}
