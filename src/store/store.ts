import type { Clock } from "../base/clock.ts";
import type { Log } from "../base/log.ts";
import {
  KeyExists,
  RevisionMismatch,
  type Change,
  type ChangeRecord,
  type Entry,
  type Listing,
  type ListOptions,
  type Store,
  type ValueCodec,
  type WatchOptions,
  type WriteOptions,
} from "./contract.ts";
import type { Engine, EngineChange, EngineRecord, EngineState } from "./engine.ts";
import { type SealedChange, SealedEntry } from "./entry.ts";
import { History } from "./history.ts";
import { OrderedMap } from "./ordered-map.ts";
import { writeSnapshot } from "./snapshot.ts";
import { Watchers } from "./watchers.ts";

/** Loads what the engine holds and serves it. The store owns the engine from then on and closes it. */
export async function openStore<V>({ engine, codec, clock, log, limits }: StoreOptions<V>): Promise<Store<V>> {
  const state = await engine.load();
  log.info("store loaded", { revision: state.revision, keys: state.entries.length });
  return new LogStore(state, engine, codec, clock, log, { ...defaultStoreLimits, ...limits });
}

export interface StoreOptions<V> {
  readonly engine: Engine;
  readonly codec: ValueCodec<V>;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits?: Partial<StoreLimits>;
}

export interface StoreLimits {
  /** The history: its changes, and the bytes of their encodings. The oldest are forgotten beyond either. */
  readonly historyChanges: number;
  readonly historyBytes: number;
  /** Undelivered changes of a watch that names no limit of its own. */
  readonly watchChanges: number;
  /** What one commit takes; the rest waits for the next. */
  readonly commitChanges: number;
  readonly commitBytes: number;
}

const defaultStoreLimits: StoreLimits = {
  historyChanges: 10_000,
  historyBytes: 64 * 1024 * 1024,
  watchChanges: 10_000,
  commitChanges: 4096,
  commitBytes: 8 * 1024 * 1024,
};

/** A write that has its revision and is on its way to the engine. */
interface PendingWrite<V> {
  readonly change: SealedChange<V>;
  readonly record: Omit<ChangeRecord, "revision" | "type"> | undefined;
  readonly resolve: (entry: Entry<V>) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Invariants: the image, the history and the watches show exactly the changes whose commit has resolved, in the order of
 * their revisions. A key has at most one write under way, so a write never depends on one that may still fail.
 */
class LogStore<V> implements Store<V> {
  readonly #engine: Engine;
  readonly #codec: ValueCodec<V>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #limits: StoreLimits;
  readonly #image: OrderedMap<SealedEntry<V>>;
  readonly #history: History<V>;
  readonly #watchers = new Watchers<V>();
  /** The write under way of each key, as its promise. */
  readonly #pending = new Map<string, Promise<Entry<V>>>();
  #queue: PendingWrite<V>[] = [];
  /** Present while writes are on their way. */
  #flushing: Promise<void> | undefined;
  #revision: number;
  #lastAssigned: number;
  #closed = false;

  constructor(state: EngineState, engine: Engine, codec: ValueCodec<V>, clock: Clock, log: Log, limits: StoreLimits) {
    this.#engine = engine;
    this.#codec = codec;
    this.#clock = clock;
    this.#log = log;
    this.#limits = limits;
    this.#image = new OrderedMap(
      state.entries.map(({ key, revision, bytes }) => [key, SealedEntry.loaded(key, revision, bytes, codec)]),
    );
    this.#revision = state.revision;
    this.#lastAssigned = state.revision;
    this.#history = new History(state.revision, { changes: limits.historyChanges, bytes: limits.historyBytes });
  }

  get revision(): number {
    return this.#revision;
  }

  get compacted(): number {
    return this.#history.compacted;
  }

  get(key: string): Entry<V> | undefined {
    return this.#image.get(key);
  }

  list(prefix: string, { after, limit, at }: ListOptions = {}): Listing<V> {
    const revision = at ?? this.#revision;
    if (revision > this.#revision) throw new RangeError(`revision ${revision} is newer than ${this.#revision}`);
    const first = after === undefined || after < prefix ? prefix : `${after}\0`;
    const end = `${prefix}${AFTER_ALL}`;
    if (at !== undefined && at < this.#revision) {
      const entries = this.#entriesAt(at, prefix, first, end);
      return page(entries, limit, revision);
    }
    const { values, remaining } = this.#image.range(first, end, limit);
    return { entries: values, revision, remaining };
  }

  create(key: string, value: V, options?: WriteOptions): Promise<Entry<V>> {
    return this.#write("create", key, options, (present) => {
      if (present !== undefined) throw new KeyExists(key);
      return value;
    });
  }

  update(key: string, value: V, expectedRevision: number, options?: WriteOptions): Promise<Entry<V>> {
    return this.#write("update", key, options, (present) => {
      if (present?.revision !== expectedRevision) throw new RevisionMismatch(key, present);
      return value;
    });
  }

  delete(key: string, expectedRevision: number, options?: WriteOptions): Promise<Entry<V>> {
    return this.#write("delete", key, options, (present) => {
      if (present?.revision !== expectedRevision) throw new RevisionMismatch(key, present);
      return present.value;
    });
  }

  watch(prefix: string, from: number, { signal, limit }: WatchOptions): AsyncIterable<readonly Change<V>[]> {
    const backlog = this.#history.after(from, prefix);
    const until = this.#closed ? AbortSignal.abort() : signal;
    return this.#watchers.add(prefix, from, backlog, limit ?? this.#limits.watchChanges, until);
  }

  async compact(revision: number): Promise<void> {
    this.#history.compact(Math.min(revision, this.#revision));
  }

  async caughtUp(): Promise<void> {}

  records(key: string): Promise<readonly ChangeRecord[]> {
    return this.#engine.records(key);
  }

  snapshot(): AsyncIterable<Uint8Array> {
    return writeSnapshot({
      revision: this.#revision,
      entries: this.#image.values(),
      recordsAfter: (revision, limit) => this.#engine.recordsAfter(revision, limit),
    });
  }

  /** Lets the writes under way finish, ends the watches and closes the engine. Later writes are refused. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#flushing;
    this.#watchers.end();
    await this.#engine.close();
  }

  /** The entries of a range of keys, as they were at a past revision. */
  #entriesAt(at: number, prefix: string, first: string, end: string): Entry<V>[] {
    const { values } = this.#image.range(first, end);
    const before = this.#history.undo(at, prefix);
    if (before.size === 0) return values;
    const unchanged = values.filter(({ key }) => !before.has(key));
    const changed = [...before.values()].filter((entry) => entry !== undefined && entry.key >= first) as Entry<V>[];
    return mergeByKey(
      unchanged,
      changed.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    );
  }

  /** @param admit throws if the write conflicts with the present version, else returns the value to write. */
  async #write(
    type: Change<V>["type"],
    key: string,
    options: WriteOptions | undefined,
    admit: (present: Entry<V> | undefined) => V,
  ): Promise<Entry<V>> {
    // Whoever awaits the write under way gets its error; this one only has to know that it is over.
    for (let ahead; (ahead = this.#pending.get(key)) !== undefined;) await ahead.then(ignore, ignore);
    if (this.#closed) throw new Error("the store is closed");
    const previous = this.#image.get(key);
    const value = admit(previous);
    const entry = SealedEntry.sealed(key, this.#lastAssigned + 1, value, this.#codec);
    this.#lastAssigned = entry.revision;
    const change = previous === undefined ? { type, entry } : { type, entry, previous };
    const written = new Promise<Entry<V>>((resolve, reject) =>
      this.#queue.push({ change, record: options?.record, resolve, reject }),
    );
    this.#pending.set(key, written);
    this.#flushing ??= this.#flush();
    return written;
  }

  /**
   * Commits until nothing waits: all that arrives while a commit runs goes into the next one. Before each it lets
   * everything run that is ready to, so that writers woken by the last commit are in the same boat.
   */
  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      await this.#clock.turn();
      const batch = this.#takeBatch();
      const revision = batch.at(-1)!.change.entry.revision;
      try {
        await this.#engine.commit({ revision, changes: batch.map(engineChange), records: engineRecords(batch) });
      } catch (error) {
        this.#log.error("commit failed", { revision, changes: batch.length, error });
        this.#refuse(batch, error);
        continue;
      }
      this.#publish(batch);
    }
    this.#flushing = undefined;
  }

  #takeBatch(): PendingWrite<V>[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && count < this.#limits.commitChanges) {
      bytes += this.#queue[count]!.change.entry.bytes.length;
      if (bytes > this.#limits.commitBytes && count > 0) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  #publish(batch: readonly PendingWrite<V>[]): void {
    const changes = batch.map(({ change }) => change);
    for (const change of changes) {
      const { key } = change.entry;
      if (change.type === "delete") this.#image.delete(key);
      else this.#image.set(key, change.entry);
      this.#history.push(change);
      this.#pending.delete(key);
    }
    this.#revision = changes.at(-1)!.entry.revision;
    this.#watchers.publish(changes);
    for (const { change, resolve } of batch) resolve(change.entry);
  }

  #refuse(batch: readonly PendingWrite<V>[], error: unknown): void {
    for (const { change, reject } of batch) {
      this.#pending.delete(change.entry.key);
      reject(error);
    }
  }
}

/** Comes after every letter that a key may have. */
const AFTER_ALL = "\uffff";

function ignore(): void {}

function engineChange<V>({ change: { type, entry, previous } }: PendingWrite<V>): EngineChange {
  const { key, revision, bytes } = entry;
  const replaces = previous?.revision ?? 0;
  return type === "delete" ? { key, revision, replaces } : { key, revision, replaces, bytes };
}

function engineRecords<V>(batch: readonly PendingWrite<V>[]): EngineRecord[] {
  return batch.flatMap(({ change: { type, entry }, record }) =>
    record === undefined ? [] : [{ key: entry.key, record: { revision: entry.revision, type, ...record } }],
  );
}

function page<V>(entries: readonly Entry<V>[], limit: number | undefined, revision: number): Listing<V> {
  const count = limit === undefined ? entries.length : Math.min(limit, entries.length);
  return { entries: entries.slice(0, count), revision, remaining: entries.length - count };
}

function mergeByKey<V>(left: readonly Entry<V>[], right: readonly Entry<V>[]): Entry<V>[] {
  const merged: Entry<V>[] = [];
  let next = 0;
  for (const entry of left) {
    while (next < right.length && right[next]!.key < entry.key) merged.push(right[next++]!);
    merged.push(entry);
  }
  return merged.concat(right.slice(next));
}
