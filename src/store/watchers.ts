import { WatchOverflow, type Change } from "./contract.ts";

type Batch<V> = readonly Change<V>[];

/** The watches of a store, found by the prefix that they watch: a change costs nothing to the watches of other prefixes. */
export class Watchers<V> {
  readonly #byPrefix = new Map<string, Set<Watcher<V>>>();
  /** The distinct lengths of the watched prefixes, ascending: the places at which a key is cut to look up its watchers. */
  #lengths: readonly number[] = [];

  get size(): number {
    let size = 0;
    for (const watchers of this.#byPrefix.values()) size += watchers.size;
    return size;
  }

  /**
   * @param after changes up to this revision are not for the reader.
   * @param backlog what the reader gets first; it does not count against the limit.
   */
  add(prefix: string, after: number, backlog: Batch<V>, limit: number, signal: AbortSignal): AsyncIterable<Batch<V>> {
    const watchers = this.#byPrefix.get(prefix) ?? new Set();
    const watcher = new Watcher<V>(after, backlog, limit, signal, () => {
      watchers.delete(watcher);
      if (watchers.size === 0 && this.#byPrefix.get(prefix) === watchers) {
        this.#byPrefix.delete(prefix);
        this.#measure();
      }
    });
    if (signal.aborted) {
      watcher.end();
      return watcher;
    }
    watchers.add(watcher);
    if (!this.#byPrefix.has(prefix)) {
      this.#byPrefix.set(prefix, watchers);
      this.#measure();
    }
    return watcher;
  }

  /** Hands the changes of one commit to their watches. All watches of a prefix share one array. */
  publish(changes: Batch<V>): void {
    const batches = new Map<Set<Watcher<V>>, Change<V>[]>();
    for (const change of changes) {
      const { key } = change.entry;
      for (const length of this.#lengths) {
        if (length > key.length) break;
        const watchers = this.#byPrefix.get(key.slice(0, length));
        if (watchers === undefined) continue;
        const batch = batches.get(watchers);
        if (batch === undefined) batches.set(watchers, [change]);
        else batch.push(change);
      }
    }
    for (const [watchers, batch] of batches) {
      for (const watcher of watchers) watcher.push(batch);
    }
  }

  end(): void {
    for (const watchers of this.#byPrefix.values()) {
      for (const watcher of watchers) watcher.end();
    }
  }

  #measure(): void {
    this.#lengths = [...new Set([...this.#byPrefix.keys()].map((prefix) => prefix.length))].toSorted((a, b) => a - b);
  }
}

/** One watch: the batches that its reader has not taken yet, or the reads that wait for one. */
class Watcher<V> implements AsyncIterableIterator<Batch<V>, undefined> {
  readonly #after: number;
  readonly #limit: number;
  readonly #signal: AbortSignal;
  readonly #leave: () => void;
  #backlog: Batch<V> | undefined;
  #batches: Batch<V>[] = [];
  /** How many changes `#batches` holds. */
  #undelivered = 0;
  #reads: ((result: IteratorResult<Batch<V>, undefined>) => void)[] = [];
  #state: "open" | "overflown" | "ended" = "open";

  constructor(after: number, backlog: Batch<V>, limit: number, signal: AbortSignal, leave: () => void) {
    this.#after = after;
    this.#limit = limit;
    this.#signal = signal;
    this.#leave = leave;
    this.#backlog = backlog.length === 0 ? undefined : backlog;
    signal.addEventListener("abort", this.end, { once: true });
  }

  push(published: Batch<V>): void {
    const inTime = published[0]!.entry.revision > this.#after;
    const batch = inTime ? published : published.filter((change) => change.entry.revision > this.#after);
    if (batch.length === 0) return;
    const read = this.#reads.shift();
    if (read !== undefined) {
      read({ value: batch, done: false });
      return;
    }
    this.#batches.push(batch);
    this.#undelivered += batch.length;
    if (this.#undelivered > this.#limit) this.#close("overflown");
  }

  readonly end = (): void => this.#close("ended");

  async next(): Promise<IteratorResult<Batch<V>, undefined>> {
    if (this.#state === "overflown") {
      this.#state = "ended";
      throw new WatchOverflow(this.#limit);
    }
    if (this.#state === "ended") return { value: undefined, done: true };
    if (this.#backlog !== undefined) {
      const value = this.#backlog;
      this.#backlog = undefined;
      return { value, done: false };
    }
    const value = this.#batches.shift();
    if (value === undefined) return new Promise((resolve) => this.#reads.push(resolve));
    this.#undelivered -= value.length;
    return { value, done: false };
  }

  async return(): Promise<IteratorResult<Batch<V>, undefined>> {
    this.end();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #close(state: "overflown" | "ended"): void {
    this.#state = state;
    this.#backlog = undefined;
    this.#batches = [];
    this.#signal.removeEventListener("abort", this.end);
    this.#leave();
    for (const read of this.#reads.splice(0)) read({ value: undefined, done: true });
  }
}
