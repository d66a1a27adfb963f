import { Compacted, type Change, type Entry } from "./contract.ts";
import type { SealedChange } from "./entry.ts";

export interface HistoryLimits {
  readonly changes: number;
  /** Of the encodings of the changes. */
  readonly bytes: number;
}

/**
 * The newest changes in the order of their revisions, for watches that begin in the past and lists of a past state. Values are let
 * go of once they are no longer news: that of a version when the next one is there, that of the newest when its change is forgotten.
 */
export class History<V> {
  readonly #limits: HistoryLimits;
  /** The changes from `#head` on; the places before it are free and are dropped when they become many. */
  #changes: (SealedChange<V> | undefined)[] = [];
  #head = 0;
  #bytes = 0;
  #compacted: number;

  /** @param revision where the history begins: the oldest revision that can be asked for. */
  constructor(revision: number, limits: HistoryLimits) {
    this.#compacted = revision - 1;
    this.#limits = limits;
  }

  get compacted(): number {
    return this.#compacted;
  }

  push(change: SealedChange<V>): void {
    change.previous?.letGo();
    this.#changes.push(change);
    this.#bytes += change.entry.bytes.length;
    while (this.#changes.length - this.#head > this.#limits.changes || this.#bytes > this.#limits.bytes) {
      this.#dropOldest();
    }
  }

  /** Forgets the changes up to `revision`, which itself can still be asked for. */
  compact(revision: number): void {
    while (this.#head < this.#changes.length && this.#changes[this.#head]!.entry.revision <= revision) {
      this.#dropOldest();
    }
    this.#compacted = Math.max(this.#compacted, revision - 1);
  }

  /** The changes below `prefix` after a revision, oldest first. @throws {Compacted} */
  after(revision: number, prefix: string): Change<V>[] {
    const found: Change<V>[] = [];
    for (let index = this.#firstAfter(revision); index < this.#changes.length; index++) {
      const change = this.#changes[index]!;
      if (change.entry.key.startsWith(prefix)) found.push(change);
    }
    return found;
  }

  /**
   * What the keys below `prefix` that changed after a revision held at it, in no order. @throws {Compacted}
   */
  undo(revision: number, prefix: string): Map<string, Entry<V> | undefined> {
    const before = new Map<string, Entry<V> | undefined>();
    for (let index = this.#firstAfter(revision); index < this.#changes.length; index++) {
      const { entry, previous } = this.#changes[index]!;
      if (entry.key.startsWith(prefix) && !before.has(entry.key)) before.set(entry.key, previous);
    }
    return before;
  }

  #firstAfter(revision: number): number {
    if (revision <= this.#compacted) throw new Compacted(revision, this.#compacted);
    let low = this.#head;
    let high = this.#changes.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#changes[middle]!.entry.revision <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #dropOldest(): void {
    const { entry } = this.#changes[this.#head]!;
    this.#changes[this.#head] = undefined;
    this.#head += 1;
    this.#bytes -= entry.bytes.length;
    this.#compacted = entry.revision - 1;
    entry.letGo();
    if (this.#head > 1024 && this.#head * 2 > this.#changes.length) {
      this.#changes = this.#changes.slice(this.#head);
      this.#head = 0;
    }
  }
}
