import { keyOf, type Kind } from "../api/kind.ts";
import { backoffMs, type BackoffLimits } from "../base/backoff.ts";
import { type Clock, delay } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import type { Random } from "../base/random.ts";
import type { TaskGroup } from "../base/task-group.ts";
import type { KubeObject, ObjectMeta } from "../machinery/object.ts";
import { isStatus } from "../machinery/status.ts";
import type { WatchEvent } from "./call.ts";
import type { Client } from "./client.ts";

/**
 * A copy of all objects of a kind (or of a selection), kept up to date by list and watch. It survives a broken
 * connection (goes on from its last revision) and a revision that is gone (lists again and tells the differences).
 * Objects are shared and immutable.
 */
export interface Informer<T extends KubeObject> {
  readonly kind: Kind<T>;
  /** @param key `namespace/name`, or `name` for cluster-scoped kinds. */
  get(key: string): T | undefined;
  list(namespace?: string): readonly T[];
  /** The objects for which the index gave this value. */
  by(index: string, value: string): readonly T[];
  /** Everything up to this revision has been seen; 0 before the first list. */
  readonly revision: number;
  /** Resolves after the first list. */
  readonly synced: Promise<void>;
  /** Resolves once `revision` has been seen. */
  reached(revision: number): Promise<void>;
  /** Calls the listener for each object present, then for every change, in order. Returns what ends it. */
  subscribe(listener: (change: ObjectChange<T>) => void): () => void;
}

export type ObjectChange<T extends KubeObject> =
  | { readonly type: "added"; readonly object: T }
  | { readonly type: "updated"; readonly object: T; readonly old: T }
  | { readonly type: "deleted"; readonly object: T };

/** A part of the objects of a kind. */
export interface Scope {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
}

export interface InformerOptions<T extends KubeObject> extends Scope {
  /** Each gives the values under which an object is found by {@link Informer.by}. */
  readonly indexes?: Readonly<Record<string, (object: T) => readonly string[]>>;
  /** What is kept of the objects. Default `everything`. */
  readonly keeps?: KeptPart;
}

/** `content`: all but who owns which field, which is nearly half of most and of use to few. `metadata`: that alone, without those owners. */
export type KeptPart = "everything" | "content" | "metadata";

export interface InformerParts {
  readonly client: Client;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

const RETRIES: BackoffLimits = { firstMs: 200, longestMs: 30_000, jitter: 1 };

/** The key of an object in informers and work queues. */
export function nameKey({ namespace, name }: Pick<ObjectMeta, "name" | "namespace">): string {
  return namespace === undefined || namespace === "" ? name : `${namespace}/${name}`;
}

/** The parts of such a key. */
export function splitKey(key: string): { readonly namespace?: string; readonly name: string } {
  const slash = key.indexOf("/");
  return slash < 0 ? { name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** The store's key of an object, as causes name it. */
export function storeKey(kind: Kind, object: KubeObject): string {
  return keyOf(kind.view?.of ?? kind, object.metadata.namespace, object.metadata.name);
}

export function startInformer<T extends KubeObject>(
  kind: Kind<T>,
  parts: InformerParts,
  options: InformerOptions<T> = {},
): Informer<T> {
  const informer = new RunningInformer(kind, options);
  parts.tasks.spawn((signal) => follow(informer, kind, parts, options, signal));
  return informer;
}

async function follow<T extends KubeObject>(
  informer: RunningInformer<T>,
  kind: Kind<T>,
  { client, clock, random, log }: InformerParts,
  { indexes: _indexes, keeps: _keeps, ...scope }: InformerOptions<T>,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  let from: string | undefined;
  while (!signal.aborted) {
    try {
      if (from === undefined) {
        const list = await client.list(kind, { ...scope, signal });
        from = list.metadata.resourceVersion ?? "0";
        informer.replace(list.items, Number(from));
        failures = 0;
      }
      const options = { ...scope, signal, resourceVersion: from, allowWatchBookmarks: true };
      let silent = true;
      for await (const batch of client.watch(kind, options)) {
        silent = false;
        failures = 0;
        from = informer.apply(batch) ?? from;
      }
      // A server that ends every watch at once is not asked again and again.
      if (silent) await delay(clock, backoffMs(++failures, RETRIES, random), { signal });
    } catch (error) {
      if (signal.aborted) return;
      if (isStatus(error, "Expired", "Gone")) {
        from = undefined;
        continue;
      }
      failures += 1;
      log.warn("watch broke, trying again", { kind: kind.kind, failures, error });
      await delay(clock, backoffMs(failures, RETRIES, random), { signal }).catch(() => {});
    }
  }
}

class RunningInformer<T extends KubeObject> implements Informer<T> {
  readonly kind: Kind<T>;
  readonly synced: Promise<void>;
  readonly #objects = new Map<string, T>();
  readonly #namespaces = new Map<string, Map<string, T>>();
  readonly #indexes: readonly Index<T>[];
  readonly #kept: (object: T) => T;
  readonly #listeners = new Set<(change: ObjectChange<T>) => void>();
  readonly #waiting: { readonly revision: number; readonly resolve: () => void }[] = [];
  #resolveSynced!: () => void;
  #revision = 0;

  constructor(kind: Kind<T>, options: InformerOptions<T>) {
    this.kind = kind;
    this.#kept = KEPT[options.keeps ?? "everything"];
    this.#indexes = Object.entries(options.indexes ?? {}).map(([name, values]) => ({ name, values, found: new Map() }));
    this.synced = new Promise((resolve) => (this.#resolveSynced = resolve));
  }

  get revision(): number {
    return this.#revision;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(namespace?: string): readonly T[] {
    if (namespace === undefined) return [...this.#objects.values()];
    return [...(this.#namespaces.get(namespace)?.values() ?? [])];
  }

  by(index: string, value: string): readonly T[] {
    const found = this.#indexes.find(({ name }) => name === index)?.found.get(value);
    return found === undefined ? [] : [...found.values()];
  }

  reached(revision: number): Promise<void> {
    if (this.#revision >= revision) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ revision, resolve }));
  }

  subscribe(listener: (change: ObjectChange<T>) => void): () => void {
    for (const object of this.#objects.values()) listener({ type: "added", object });
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes a whole list as the truth. */
  replace(items: readonly T[], revision: number): void {
    const present = new Set(items.map((item) => nameKey(item.metadata)));
    for (const [key, object] of this.#objects) if (!present.has(key)) this.#remove(key, object);
    for (const item of items) this.#put(item);
    this.#advance(revision);
    this.#resolveSynced();
  }

  /** Takes a batch of events; returns the revision to go on from. */
  apply(batch: readonly WatchEvent<T>[]): string | undefined {
    let last: string | undefined;
    for (const event of batch) {
      last = event.object.metadata.resourceVersion;
      if (event.type === "BOOKMARK") continue;
      if (event.type === "DELETED") this.#remove(nameKey(event.object.metadata), this.#kept(event.object));
      else this.#put(event.object);
    }
    if (last !== undefined) this.#advance(Number(last));
    return last;
  }

  #put(given: T): void {
    const key = nameKey(given.metadata);
    const old = this.#objects.get(key);
    if (old?.metadata.resourceVersion === given.metadata.resourceVersion) return;
    const object = this.#kept(given);
    this.#objects.set(key, object);
    addTo(this.#namespaces, object.metadata.namespace ?? "", key, object);
    for (const index of this.#indexes) {
      if (old !== undefined) for (const value of index.values(old)) removeFrom(index.found, value, key);
      for (const value of index.values(object)) addTo(index.found, value, key, object);
    }
    this.#tell(old === undefined ? { type: "added", object } : { type: "updated", object, old });
  }

  #remove(key: string, last: T): void {
    const old = this.#objects.get(key);
    if (old === undefined) return;
    this.#objects.delete(key);
    removeFrom(this.#namespaces, old.metadata.namespace ?? "", key);
    for (const index of this.#indexes) for (const value of index.values(old)) removeFrom(index.found, value, key);
    this.#tell({ type: "deleted", object: last });
  }

  #tell(change: ObjectChange<T>): void {
    for (const listener of this.#listeners) listener(change);
  }

  #advance(revision: number): void {
    if (revision <= this.#revision) return;
    this.#revision = revision;
    if (this.#waiting.length === 0) return;
    const due = this.#waiting.filter((waiting) => waiting.revision <= revision);
    if (due.length === 0) return;
    const rest = this.#waiting.filter((waiting) => waiting.revision > revision);
    this.#waiting.splice(0, this.#waiting.length, ...rest);
    for (const { resolve } of due) resolve();
  }
}

const KEPT: Readonly<Record<KeptPart, <T extends KubeObject>(object: T) => T>> = {
  everything: (object) => object,
  content: (object) => ({ ...object, metadata: unmanaged(object.metadata) }),
  // Who asks for metadata alone reads nothing else.
  metadata: <T extends KubeObject>({ apiVersion, kind, metadata }: T) =>
    ({ apiVersion, kind, metadata: unmanaged(metadata) }) as T,
};

function unmanaged({ managedFields: _managed, ...metadata }: ObjectMeta): ObjectMeta {
  return metadata;
}

interface Index<T> {
  readonly name: string;
  readonly values: (object: T) => readonly string[];
  readonly found: Map<string, Map<string, T>>;
}

function addTo<T>(groups: Map<string, Map<string, T>>, group: string, key: string, object: T): void {
  const members = groups.get(group);
  if (members === undefined) groups.set(group, new Map([[key, object]]));
  else members.set(key, object);
}

function removeFrom<T>(groups: Map<string, Map<string, T>>, group: string, key: string): void {
  const members = groups.get(group);
  if (members?.delete(key) === true && members.size === 0) groups.delete(group);
}
