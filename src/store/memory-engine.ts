import type { ChangeRecord } from "./contract.ts";
import {
  defaultRecordLimits,
  FIRST_REVISION,
  type Engine,
  type EngineEntry,
  type EngineRecord,
  type RecordLimits,
} from "./engine.ts";

/**
 * An engine that lasts as long as the process: for tests, simulations and the browser. It survives its store, so that a
 * simulated server can crash and start again over the same engine.
 */
export function memoryEngine(limits: RecordLimits = defaultRecordLimits): Engine {
  const entries = new Map<string, EngineEntry>();
  const records = new MemoryRecords(limits);
  let revision = FIRST_REVISION;
  return {
    async load() {
      return { revision, entries: [...entries.values()] };
    },
    async commit(batch) {
      revision = batch.revision;
      for (const change of batch.changes) {
        const { key, bytes } = change;
        if (bytes === undefined) entries.delete(key);
        else entries.set(key, { key, revision: change.revision, bytes });
      }
      for (const record of batch.records) records.add(record);
    },
    async records(key) {
      return records.of(key);
    },
    async recordsAfter(after, limit) {
      return records.after(after, limit);
    },
    async close() {},
  };
}

class MemoryRecords {
  readonly #limits: RecordLimits;
  /** By revision, in order. */
  readonly #all = new Map<number, EngineRecord>();
  readonly #byKey = new Map<string, ChangeRecord[]>();

  constructor(limits: RecordLimits) {
    this.#limits = limits;
  }

  add(added: EngineRecord): void {
    const { key, record } = added;
    this.#all.set(record.revision, added);
    const ofKey = this.#byKey.get(key);
    if (ofKey === undefined) this.#byKey.set(key, [record]);
    else ofKey.push(record);
    if (ofKey !== undefined && ofKey.length > this.#limits.perKey) {
      const oldest = ofKey.findLastIndex(({ type }) => type === "create") === 0 ? 1 : 0;
      for (const { revision } of ofKey.splice(oldest, 1)) this.#all.delete(revision);
    }
    for (const oldest of this.#all.values()) {
      const expired = oldest.record.at < record.at - this.#limits.ageMs;
      if (!expired && this.#all.size <= this.#limits.total) break;
      this.#dropOldest(oldest);
    }
  }

  of(key: string): readonly ChangeRecord[] {
    return [...(this.#byKey.get(key) ?? [])];
  }

  after(revision: number, limit: number): readonly EngineRecord[] {
    return this.#all
      .values()
      .filter(({ record }) => record.revision > revision)
      .take(limit)
      .toArray();
  }

  #dropOldest({ key, record }: EngineRecord): void {
    this.#all.delete(record.revision);
    const ofKey = this.#byKey.get(key)!;
    ofKey.shift();
    if (ofKey.length === 0) this.#byKey.delete(key);
  }
}
