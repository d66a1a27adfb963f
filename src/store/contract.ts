import type { Cause } from "../base/cause.ts";

/**
 * The state of a cluster: a revisioned key-value log with an image of the newest state in memory.
 *
 * Every change takes the next revision, which is the `resourceVersion` that clients see. Reads are synchronous and served
 * from the image; the engine behind it is the durable log. A write resolves once it is durable, and the image and the
 * watches show it from that moment on, in the order of revisions: nobody ever sees a change that a crash could lose.
 * @typeParam V what the keys hold; immutable.
 */
export interface Store<V> extends AsyncDisposable {
  /** The newest revision in the image; a fresh store begins at 1, so that "0" keeps its meaning of "any". */
  readonly revision: number;
  /** The newest revision that can no longer be watched from or listed at. */
  readonly compacted: number;

  get(key: string): Entry<V> | undefined;
  /** The entries below `prefix` in the order of their keys (by UTF-16 code unit; keys are ASCII). */
  list(prefix: string, options?: ListOptions): Listing<V>;
  /** Writes a key that does not exist. @throws {KeyExists} */
  create(key: string, value: V, options?: WriteOptions): Promise<Entry<V>>;
  /** Replaces a value if its revision is still the expected one. @throws {RevisionMismatch} */
  update(key: string, value: V, expectedRevision: number, options?: WriteOptions): Promise<Entry<V>>;
  /** Removes a key if its revision is still the expected one; returns its last state, sealed under the revision of the removal. @throws {RevisionMismatch} */
  delete(key: string, expectedRevision: number, options?: WriteOptions): Promise<Entry<V>>;
  /**
   * Every change below `prefix` after revision `from`, in order, in batches: what one group commit brought. Ends quietly
   * when the signal is aborted. A reader that falls behind by more than `limit` changes gets {@link WatchOverflow}.
   * @throws {Compacted} when `from` is older than the history.
   */
  watch(prefix: string, from: number, options: WatchOptions): AsyncIterable<readonly Change<V>[]>;
  /**
   * Forgets the changes up to a revision; the state at it, and what came after, can still be had.
   * The store does this by itself too, to keep the history bounded.
   */
  compact(revision: number): Promise<void>;
  /** Resolves when the image holds everything that was durable at the time of the call (at once with one server). */
  caughtUp(): Promise<void>;
  /** What is remembered of the changes of one key, oldest first: bounded in number and age, kept over restarts. */
  records(key: string): Promise<readonly ChangeRecord[]>;
  /** The whole state at one revision, records included, while writes go on; see `restoreSnapshot` for the way back. */
  snapshot(): AsyncIterable<Uint8Array>;
}

/** One version of one key. */
export interface Entry<V> {
  readonly key: string;
  /** The revision of this version. */
  readonly revision: number;
  readonly value: V;
  /** The value's one encoding, made once a change. */
  readonly bytes: Uint8Array;
  /** Another form of this version (a table row, protobuf): made on first demand, kept as long as the entry. */
  remember<T>(form: string, make: () => T): T;
}

export interface Change<V> {
  readonly type: "create" | "update" | "delete";
  /** The new version; for a removal the last state under the removal's revision. */
  readonly entry: Entry<V>;
  /** The version before, absent for a creation: a filtered watch tells from it whether an object came or went. */
  readonly previous?: Entry<V>;
}

export interface ListOptions {
  /** Start after this key: how pages go on. */
  readonly after?: string;
  readonly limit?: number;
  /** The state as it was at this revision. @throws {Compacted} when it is no longer known, RangeError when it is still to come. */
  readonly at?: number;
}

export interface Listing<V> {
  readonly entries: readonly Entry<V>[];
  /** The revision at which this is the whole truth. */
  readonly revision: number;
  /** How many entries follow the last one returned; 0 at the end. */
  readonly remaining: number;
}

export interface WriteOptions {
  /** Kept beside the change, never in the value. */
  readonly record?: Omit<ChangeRecord, "revision" | "type">;
}

/** What the store remembers of a change beside the value. */
export interface ChangeRecord {
  readonly revision: number;
  readonly type: "create" | "update" | "delete";
  /** Milliseconds since the epoch at which the request came in. */
  readonly at: number;
  /** The authenticated user. */
  readonly user: string;
  /** The request, such as `update` or `update status`. */
  readonly verb: string;
  readonly cause?: Cause;
  /** What changed, in a few words per point, made by the writer's side from old and new. */
  readonly changed?: readonly string[];
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** How many undelivered changes are kept for this reader. */
  readonly limit?: number;
}

/** Turns values into their one encoding and back; given to the store by whoever owns the values. */
export interface ValueCodec<V> {
  /** The value with its revision in it, immutable, and its encoding. */
  seal(value: V, revision: number): { readonly value: V; readonly bytes: Uint8Array };
  open(bytes: Uint8Array, revision: number): V;
}

export class KeyExists extends Error {
  readonly key: string;
  constructor(key: string) {
    super(`key ${key} exists`);
    this.key = key;
  }
}

export class RevisionMismatch<V = unknown> extends Error {
  readonly key: string;
  /** The present version, undefined where there is none. */
  readonly present: Entry<V> | undefined;
  constructor(key: string, present: Entry<V> | undefined) {
    super(`key ${key} is not at the expected revision`);
    this.key = key;
    this.present = present;
  }
}

export class Compacted extends Error {
  readonly requested: number;
  readonly compacted: number;
  constructor(requested: number, compacted: number) {
    super(`revision ${requested} is no longer known: the history is compacted up to ${compacted}`);
    this.requested = requested;
    this.compacted = compacted;
  }
}

export class WatchOverflow extends Error {
  readonly limit: number;
  constructor(limit: number) {
    super(`the reader fell behind by more than ${limit} changes`);
    this.limit = limit;
  }
}
