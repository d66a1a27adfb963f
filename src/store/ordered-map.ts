/** A chunk splits when it outgrows this. Splicing in an array of this length costs well below a microsecond. */
const CHUNK_LIMIT = 512;

/** A part of the map. */
export interface Range<T> {
  readonly values: T[];
  /** How many keys of the range were left out. */
  readonly remaining: number;
}

interface Slot<T> {
  readonly key: string;
  value: T;
}

/**
 * A map whose keys are in order (by UTF-16 code unit). Built as a sorted list of sorted chunks. Looking up and replacing cost one
 * hash lookup; inserting, removing and finding where a range begins cost a binary search and a splice in a chunk; reading a range
 * costs its length.
 */
export class OrderedMap<T> {
  readonly #slots = new Map<string, Slot<T>>();
  /** Never holds an empty chunk. */
  readonly #chunks: Slot<T>[][] = [];

  constructor(items: Iterable<readonly [string, T]> = []) {
    for (const [key, value] of items) this.#slots.set(key, { key, value });
    const sorted = [...this.#slots.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
    for (let start = 0; start < sorted.length; start += CHUNK_LIMIT / 2) {
      this.#chunks.push(sorted.slice(start, start + CHUNK_LIMIT / 2));
    }
  }

  get size(): number {
    return this.#slots.size;
  }

  get(key: string): T | undefined {
    return this.#slots.get(key)?.value;
  }

  set(key: string, value: T): void {
    const present = this.#slots.get(key);
    if (present !== undefined) {
      present.value = value;
      return;
    }
    const slot = { key, value };
    this.#slots.set(key, slot);
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) {
      this.#chunks.push([slot]);
      return;
    }
    chunk.splice(positionIn(chunk, key), 0, slot);
    if (chunk.length > CHUNK_LIMIT) this.#chunks.splice(at + 1, 0, chunk.splice(CHUNK_LIMIT / 2));
  }

  delete(key: string): void {
    if (!this.#slots.delete(key)) return;
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at]!;
    chunk.splice(positionIn(chunk, key), 1);
    if (chunk.length === 0) {
      this.#chunks.splice(at, 1);
      return;
    }
    const next = this.#chunks[at + 1];
    if (next !== undefined && chunk.length + next.length <= CHUNK_LIMIT / 2) {
      chunk.push(...next);
      this.#chunks.splice(at + 1, 1);
    }
  }

  /** All values in the order of their keys. */
  values(): T[] {
    return this.#chunks.flatMap((chunk) => chunk.map(({ value }) => value));
  }

  /** The values of the keys from `first` up to, not including, `end`: so many of them, and how many more there are. */
  range(first: string, end: string, limit = Number.POSITIVE_INFINITY): Range<T> {
    const values: T[] = [];
    let remaining = 0;
    let at = this.#chunkOf(first);
    for (let from = positionIn(this.#chunks[at] ?? [], first); at < this.#chunks.length; at++, from = 0) {
      const chunk = this.#chunks[at]!;
      const isLast = chunk.at(-1)!.key >= end;
      const to = isLast ? positionIn(chunk, end, from) : chunk.length;
      const taken = Math.min(to, from + limit - values.length);
      for (let index = from; index < taken; index++) values.push(chunk[index]!.value);
      remaining += Math.max(to - taken, 0);
      if (isLast) break;
    }
    return { values, remaining };
  }

  /** The last chunk that begins at or before `key`, else the first. */
  #chunkOf(key: string): number {
    let low = 0;
    let high = this.#chunks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#chunks[middle]![0]!.key <= key) low = middle + 1;
      else high = middle;
    }
    return Math.max(low - 1, 0);
  }
}

/** How many keys of the chunk come before `key`; as many as `known` are known to. */
function positionIn<T>(chunk: readonly Slot<T>[], key: string, known = 0): number {
  let low = known;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
