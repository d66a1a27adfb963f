import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { ChangeRecord } from "../../../store/contract.ts";
import type { RecordLimits } from "../../../store/engine.ts";
import type { RecordRow } from "./messages.ts";

/**
 * The records of changes, appended in the order of revisions. They are asked for by key, rarely, and written with every
 * change: an index in the database would cost three times the write itself. So a hash of each key stands in memory,
 * and a look-up runs over those (100,000 take a tenth of a millisecond), then reads the few rows that may be meant.
 */
export class RecordTable {
  readonly #database: DatabaseSync;
  readonly #limits: RecordLimits;
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #removeOne: StatementSync;
  readonly #removeUpTo: StatementSync;
  /** Read from the table when it is first needed. */
  #index: RecordIndex | undefined;

  constructor(database: DatabaseSync, limits: RecordLimits) {
    this.#database = database;
    this.#limits = limits;
    this.#insert = database.prepare("INSERT INTO records(revision, key, at, record) VALUES (?, ?, ?, ?)");
    this.#select = database.prepare("SELECT key, CAST(record AS TEXT) AS text FROM records WHERE revision = ?");
    this.#removeOne = database.prepare("DELETE FROM records WHERE revision = ?");
    this.#removeUpTo = database.prepare("DELETE FROM records WHERE revision <= ?");
  }

  /** @param hasEarlier whether the key may have enough records already to be over its limit. */
  append(key: string, revision: number, at: number, text: Uint8Array, hasEarlier: boolean): void {
    const index = this.index();
    this.#insert.run(revision, key, at, text);
    index.push(revision, hashOf(key), at);
    if (hasEarlier && isTrimTurn(revision)) this.#trimKey(key);
  }

  /** Drops the oldest records while they are too many or too old, some at a time. */
  trim(): void {
    const index = this.index();
    let count = 0;
    const newest = index.newestAt;
    while (
      count < TRIM_STEP &&
      (index.size - count > this.#limits.total || index.at(count) < newest - this.#limits.ageMs)
    ) {
      count += 1;
    }
    if (count === 0) return;
    this.#removeUpTo.run(index.revision(count - 1));
    index.drop(count);
  }

  of(key: string): RecordRow[] {
    return this.#rowsOf(key).map(({ text }) => [key, text]);
  }

  after(revision: number, limit: number): RecordRow[] {
    const select = this.#database.prepare(
      "SELECT key, CAST(record AS TEXT) AS text FROM records WHERE revision > ? ORDER BY revision LIMIT ?",
    );
    return select.all(revision, limit).map(({ key, text }) => [String(key), String(text)]);
  }

  /** After a commit that failed the index may hold what the table does not. */
  forgetIndex(): void {
    this.#index = undefined;
  }

  index(): RecordIndex {
    if (this.#index !== undefined) return this.#index;
    const index = new RecordIndex();
    const select = this.#database.prepare("SELECT revision, key, at FROM records ORDER BY revision");
    select.setReturnArrays(true);
    for (const row of select.iterate() as Iterable<unknown>) {
      const [revision, key, at] = row as [number, string, number];
      index.push(revision, hashOf(key), at);
    }
    this.#index = index;
    return index;
  }

  #rowsOf(key: string): { readonly revision: number; readonly text: string }[] {
    return this.index()
      .revisionsOf(hashOf(key))
      .map((revision) => ({ revision, row: this.#select.get(revision) }))
      .filter(({ row }) => row !== undefined && row["key"] === key)
      .map(({ revision, row }) => ({ revision, text: String(row!["text"]) }));
  }

  #trimKey(key: string): void {
    const rows = this.#rowsOf(key);
    const origin = rows.findLast(({ text }) => (JSON.parse(text) as ChangeRecord).type === "create");
    for (const { revision } of rows.slice(0, Math.max(rows.length - this.#limits.perKey, 0))) {
      if (revision === origin?.revision) continue;
      this.#removeOne.run(revision);
      this.index().remove(revision);
    }
  }
}

/** How many records one commit drops at most, so that no commit waits long for it. */
const TRIM_STEP = 4096;

/** True for one revision in 32, with no pattern that a regular writer could fall in step with. */
function isTrimTurn(revision: number): boolean {
  return Math.imul(revision, 0x9e3779b1) >>> 27 === 0;
}

/** FNV-1a, 32 bits. */
function hashOf(key: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < key.length; index++) hash = Math.imul(hash ^ key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** The revisions, key hashes and times of all records, oldest first, as columns. */
class RecordIndex {
  #revisions: number[] = [];
  #hashes: number[] = [];
  #times: number[] = [];
  /** The places before it are dropped already. */
  #head = 0;

  get size(): number {
    return this.#revisions.length - this.#head;
  }

  get newestAt(): number {
    return this.#times.at(-1) ?? 0;
  }

  at(position: number): number {
    return this.#times[this.#head + position] ?? Infinity;
  }

  revision(position: number): number {
    return this.#revisions[this.#head + position]!;
  }

  push(revision: number, hash: number, at: number): void {
    this.#revisions.push(revision);
    this.#hashes.push(hash);
    this.#times.push(at);
  }

  revisionsOf(hash: number): number[] {
    const found: number[] = [];
    for (
      let place = this.#hashes.indexOf(hash, this.#head);
      place !== -1;
      place = this.#hashes.indexOf(hash, place + 1)
    ) {
      found.push(this.#revisions[place]!);
    }
    return found;
  }

  remove(revision: number): void {
    const place = this.#revisions.indexOf(revision, this.#head);
    this.#revisions.splice(place, 1);
    this.#hashes.splice(place, 1);
    this.#times.splice(place, 1);
  }

  /** Drops the oldest `count`. */
  drop(count: number): void {
    this.#head += count;
    if (this.#head * 2 < this.#revisions.length) return;
    this.#revisions = this.#revisions.slice(this.#head);
    this.#hashes = this.#hashes.slice(this.#head);
    this.#times = this.#times.slice(this.#head);
    this.#head = 0;
  }
}
