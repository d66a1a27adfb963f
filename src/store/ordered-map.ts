/** A chunk splits when it outgrows this. Splicing in an array of this length costs well below a microsecond. */
const CHUNK_LIMIT = 512;

interface Slot<T> {
  readonly key: string;
  value: T;
}

/**
 * A map whose keys are in order (by UTF-16 code unit), with ranks: positions can be counted and sliced. Built as a
 * sorted list of sorted chunks. Looking up and replacing cost one hash lookup; inserting and removing cost a binary
 * search and a splice in a chunk; a slice costs its length.
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

  /** How many keys come before `key`. */
  rank(key: string): number {
    const at = this.#chunkOf(key);
    const chunk = this.#chunks[at];
    if (chunk === undefined) return 0;
    let before = positionIn(chunk, key);
    for (let index = 0; index < at; index++) before += this.#chunks[index]!.length;
    return before;
  }

  /** The values from one rank up to, not including, another. */
  slice(start: number, end: number): T[] {
    const values: T[] = [];
    let chunkStart = 0;
    for (const chunk of this.#chunks) {
      const chunkEnd = chunkStart + chunk.length;
      if (chunkStart >= end) break;
      if (chunkEnd > start) {
        const last = Math.min(end - chunkStart, chunk.length);
        for (let index = Math.max(start - chunkStart, 0); index < last; index++) values.push(chunk[index]!.value);
      }
      chunkStart = chunkEnd;
    }
    return values;
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

/** How many keys of the chunk come before `key`. */
function positionIn<T>(chunk: readonly Slot<T>[], key: string): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk[middle]!.key < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
