import type { Cache } from "../client/cache.ts";
import type { KubeObject } from "../machinery/object.ts";

/** Reconciles that read no more objects than this are not held back. */
const FREE_OBJECTS = 100;
const MS_PER_OBJECT = 0.05;
const LONGEST_MS = 1_000;

/**
 * How long after a reconcile the changes of other objects are gathered before the next one of the same key: by how much
 * it read. A loop over 10,000 pods that looked at all of them after each change of one would do nothing else.
 */
export function gatherMs(objectsRead: number): number {
  return objectsRead <= FREE_OBJECTS ? 0 : Math.min(LONGEST_MS, objectsRead * MS_PER_OBJECT);
}

/** A change of the object itself that is no mere news of its status: what is wanted, its labels, its end. */
export function isWanted(object: KubeObject, old: KubeObject | undefined): boolean {
  if (old === undefined || object.metadata.generation === undefined) return true;
  const { generation, deletionTimestamp, uid } = object.metadata;
  const was = old.metadata;
  return generation !== was.generation || deletionTimestamp !== was.deletionTimestamp || uid !== was.uid;
}

/** The cache, with a count of the objects that were read from it in lists. */
export interface CountingCache {
  readonly cache: Cache;
  readonly objectsRead: number;
}

export function countingCache(cache: Cache): CountingCache {
  let objectsRead = 0;
  const counted = <T>(objects: readonly T[]): readonly T[] => {
    objectsRead += objects.length;
    return objects;
  };
  return {
    cache: {
      ...cache,
      list: (kind, namespace) => counted(cache.list(kind, namespace)),
      ownedBy: (kind, owner) => counted(cache.ownedBy(kind, owner)),
      orphans: (kind, namespace) => counted(cache.orphans(kind, namespace)),
    },
    get objectsRead() {
      return objectsRead;
    },
  };
}
