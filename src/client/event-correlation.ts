/** How long similar events belong together. */
const INTERVAL_MS = 10 * 60_000;
/** From so many different messages of one sort on, they are told as one. */
const MOST_MESSAGES = 10;
/** A source may tell this many events of one object at once, and then one every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
/** So many sorts, sources and events are remembered; those seen longest ago are forgotten. */
const REMEMBERED = 4096;

/** What tells one sort of events from another. */
export interface EventSort {
  /** Who tells of which object. */
  readonly source: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

export type Correlated =
  | { readonly type: "dropped" }
  | { readonly type: "first"; readonly key: string; readonly message: string }
  | { readonly type: "again"; readonly key: string; readonly message: string };

interface Sort {
  messages: Set<string>;
  lastMs: number;
}

interface Bucket {
  tokens: number;
  atMs: number;
}

/** Decides for each event whether it is new, counts one up that was told before, or is one too many: client-go's rules. */
export class EventCorrelation {
  readonly #sorts = new Map<string, Sort>();
  readonly #buckets = new Map<string, Bucket>();
  readonly #told = new Map<string, number>();

  correlate({ source, type, reason, message }: EventSort, nowMs: number): Correlated {
    const sortKey = `${source}|${type}|${reason}`;
    const combined = this.#isCombined(sortKey, message, nowMs);
    if (!this.#mayTell(source, nowMs)) return { type: "dropped" };
    const key = combined ? sortKey : `${sortKey}|${message}`;
    const text = combined ? `(combined from similar events): ${message}` : message;
    const before = this.#told.get(key);
    remember(this.#told, key, nowMs);
    return { type: before === undefined ? "first" : "again", key, message: text };
  }

  /** The event that was counted up is gone: the next one is a new one. */
  forget(key: string): void {
    this.#told.delete(key);
  }

  #isCombined(sortKey: string, message: string, nowMs: number): boolean {
    let sort = this.#sorts.get(sortKey);
    if (sort === undefined || nowMs - sort.lastMs > INTERVAL_MS) sort = { messages: new Set(), lastMs: nowMs };
    sort.lastMs = nowMs;
    sort.messages.add(message);
    remember(this.#sorts, sortKey, sort);
    if (sort.messages.size < MOST_MESSAGES) return false;
    sort.messages.delete(sort.messages.values().next().value!);
    return true;
  }

  #mayTell(source: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(source) ?? { tokens: BURST, atMs: nowMs };
    bucket.tokens = Math.min(BURST, bucket.tokens + (nowMs - bucket.atMs) / REFILL_MS);
    bucket.atMs = nowMs;
    remember(this.#buckets, source, bucket);
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }
}

function remember<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > REMEMBERED) map.delete(map.keys().next().value!);
}
