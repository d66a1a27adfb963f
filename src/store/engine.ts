import type { ChangeRecord } from "./contract.ts";

/**
 * The durable log behind a store. It holds the newest version of every key and the records of past changes, and knows
 * neither values nor conflicts: the store decides, the engine keeps.
 */
export interface Engine {
  /** Everything that is durable, read once at start. */
  load(): Promise<EngineState>;
  /**
   * Makes a batch durable, all of it or nothing: when it resolves, no crash loses it; when it rejects, the state is as
   * it was before. The store has one commit under way at a time.
   * @throws {StorageFull} when there is no room, {@link StorageFailed} for anything else.
   */
  commit(batch: EngineBatch): Promise<void>;
  /** The records of one key, oldest first. */
  records(key: string): Promise<readonly ChangeRecord[]>;
  /** At most `limit` records of all keys after a revision, oldest first: how a snapshot reads them. */
  recordsAfter(revision: number, limit: number): Promise<readonly EngineRecord[]>;
  /**
   * Resolves when the signal is aborted; rejects as soon as the engine is gone and can keep nothing any more: only a new start
   * helps then. Absent where that cannot be.
   */
  alive?(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface EngineState {
  /** The newest revision that was ever committed; {@link FIRST_REVISION} when nothing was. */
  readonly revision: number;
  /** The newest version of every key, in any order. */
  readonly entries: readonly EngineEntry[];
}

export interface EngineEntry {
  readonly key: string;
  readonly revision: number;
  readonly bytes: Uint8Array;
}

export interface EngineBatch {
  /** The newest revision that this batch brings the log to. */
  readonly revision: number;
  readonly changes: readonly EngineChange[];
  readonly records: readonly EngineRecord[];
}

export interface EngineChange {
  readonly key: string;
  readonly revision: number;
  /** The revision of the version that this one takes the place of; 0 for a new key. */
  readonly replaces: number;
  /** The new version; absent for a removal. */
  readonly bytes?: Uint8Array;
}

export interface EngineRecord {
  readonly key: string;
  readonly record: ChangeRecord;
}

/** The revision of a store that was never written to. */
export const FIRST_REVISION = 1;

/**
 * How many records of changes an engine keeps. Whatever is over a limit goes, oldest first, with later commits; but a key
 * with too many keeps its newest creation, since what came of it makes no sense without it.
 */
export interface RecordLimits {
  /** Of one key; an engine may keep a few more for a while. */
  readonly perKey: number;
  readonly total: number;
  /** Measured from the newest record. */
  readonly ageMs: number;
}

export const defaultRecordLimits: RecordLimits = { perKey: 64, total: 100_000, ageMs: 7 * 24 * 60 * 60 * 1000 };

/** There is no room for the write. What was acknowledged is safe, and reads go on. */
export class StorageFull extends Error {}

/** The engine could not do its work: a failing disk, a damaged file. What was acknowledged is not touched. */
export class StorageFailed extends Error {}
