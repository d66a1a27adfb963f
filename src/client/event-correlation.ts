/** How long similar events belong together. */
const INTERVAL_MS = 10 * 60_000;
/** From so many different messages of one sort on, they are told as one. */
const MOST_MESSAGES = 10;
/** A source may tell this many events of one object at once, and then one every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
/** So many sources are remembered, and so many events of one sort; those seen longest ago are forgotten. */
const MOST_SOURCES = 4096;
const MOST_TOLD = 32;

/** What tells one sort of events from another. */
export interface EventSort {
  /** Of which object, and of which part of it, is told. */
  readonly source: string;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
}

/** An event, however often it is told. Whoever writes it notes here what came of it. */
export interface ToldEvent {
  /** Undefined where several messages are told as one. */
  readonly message: string | undefined;
  written: WrittenEvent | undefined;
}

/** An Event that may be counted up: where it is, how often it happened, and when that was last told. */
export interface WrittenEvent {
  readonly name: string;
  count: number;
  toldAtMs: number;
}

export interface Correlated {
  readonly event: ToldEvent;
  readonly message: string;
}

/** A source has few sorts, and nearly every sort one message: lists that are as long as they need to be, of which there are many. */
interface Source {
  tokens: number;
  atMs: number;
  sorts: readonly Sort[];
}

interface Sort {
  readonly type: string;
  readonly reason: string;
  lastMs: number;
  messages: string[];
  told: readonly ToldEvent[];
}

/** Decides for each event whether it is told by itself, with others like it, or not at all: client-go's rules. */
export class EventCorrelation {
  readonly #sources = new Map<string, Source>();

  /** What to tell: the event, which is the one of before where that is counted up, and in which words. Undefined where it is one too many. */
  correlate({ source: name, type, reason, message }: EventSort, nowMs: number): Correlated | undefined {
    const source = this.#sources.get(name) ?? { tokens: BURST, atMs: nowMs, sorts: [] };
    this.#sources.delete(name);
    this.#sources.set(name, source);
    if (this.#sources.size > MOST_SOURCES) this.#sources.delete(this.#sources.keys().next().value!);
    const sort = sortOf(source, type, reason, message, nowMs);
    const combined = isCombined(sort, message, nowMs);
    if (!mayTell(source, nowMs)) return undefined;
    return combined
      ? { event: toldIn(sort, undefined), message: `(combined from similar events): ${message}` }
      : { event: toldIn(sort, message), message };
  }
}

function sortOf(source: Source, type: string, reason: string, message: string, lastMs: number): Sort {
  const known = source.sorts.find((one) => one.reason === reason && one.type === type);
  if (known !== undefined) return known;
  const sort: Sort = { type, reason, lastMs, messages: [message], told: [] };
  source.sorts = source.sorts.concat(sort);
  return sort;
}

function isCombined(sort: Sort, message: string, nowMs: number): boolean {
  if (nowMs - sort.lastMs > INTERVAL_MS) sort.messages = [];
  sort.lastMs = nowMs;
  if (!sort.messages.includes(message)) sort.messages.push(message);
  if (sort.messages.length < MOST_MESSAGES) return false;
  sort.messages.shift();
  return true;
}

function mayTell(source: Source, nowMs: number): boolean {
  source.tokens = Math.min(BURST, source.tokens + (nowMs - source.atMs) / REFILL_MS);
  source.atMs = nowMs;
  if (source.tokens < 1) return false;
  source.tokens -= 1;
  return true;
}

function toldIn(sort: Sort, message: string | undefined): ToldEvent {
  const known = sort.told.find((one) => one.message === message);
  if (known !== undefined) return known;
  const event: ToldEvent = { message, written: undefined };
  sort.told = sort.told.slice(1 - MOST_TOLD).concat(event);
  return event;
}
