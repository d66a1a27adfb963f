import assert from "node:assert/strict";
import { access, mkdir, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { untilLost } from "../../../base/until-lost.ts";
import { decodeBatch, encodeBatch } from "../../../store/batch-format.ts";
import type { ChangeRecord } from "../../../store/contract.ts";
import {
  defaultRecordLimits,
  StorageFailed,
  StorageFull,
  type Engine,
  type EngineBatch,
  type EngineEntry,
  type EngineRecord,
  type EngineState,
  type RecordLimits,
} from "../../../store/engine.ts";
import { restoreSnapshot } from "../../../store/snapshot.ts";
import type { Failure, RecordRow, Reply, Request, WorkerStart } from "./messages.ts";
import { WorkerCalls, WorkerFailure } from "./worker-calls.ts";

export interface SqliteOptions {
  /** Holds the database and nothing else; made, with mode 0700, if it is not there. */
  readonly directory: string;
  /** How large the database file may grow; unlimited if absent. Beyond it writes fail with {@link StorageFull}. */
  readonly maxBytes?: number;
  readonly recordLimits?: RecordLimits;
}

/**
 * An engine on a SQLite database, in a thread of its own. A commit is one transaction, on disk when it resolves.
 * @throws {StorageInUse} when another process has the database open, {@link StorageTooNew} when a newer version wrote it,
 * {@link StorageDamaged} when the file is corrupt, {@link StorageFull}, {@link StorageFailed}.
 */
export async function openSqliteEngine(options: SqliteOptions): Promise<Engine> {
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  return openFile(options, DATABASE_FILE);
}

/**
 * Makes a database from a snapshot, in a directory that holds none. A restore that fails or is killed leaves none either.
 * @throws {SnapshotDamaged}, {@link StorageFailed} when there is a database already, and what opening throws.
 */
export async function restoreSqlite(options: SqliteOptions, snapshot: AsyncIterable<Uint8Array>): Promise<void> {
  const target = join(options.directory, DATABASE_FILE);
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  if (await exists(target)) throw new StorageFailed(`${target} exists: restore to an empty directory`);
  const scratch = join(options.directory, SCRATCH_FILE);
  for (const suffix of ["", "-wal"]) await rm(`${scratch}${suffix}`, { force: true });
  const engine = await openFile(options, SCRATCH_FILE);
  try {
    await restoreSnapshot(engine, snapshot);
    await engine.close();
  } catch (error) {
    await engine.close();
    await rm(scratch, { force: true });
    throw error;
  }
  await rename(scratch, target);
  await syncDirectory(options.directory);
}

/** Another process, or another store of this one, has the database open. */
export class StorageInUse extends Error {
  /** Undefined where it could not be told. */
  readonly pid: number | undefined;
  constructor(file: string, pid: number | undefined) {
    super(`${file} is in use by ${pid === undefined ? "another process" : `process ${pid}`}`);
    this.pid = pid;
  }
}

/** A newer version of Wherry wrote the database. */
export class StorageTooNew extends Error {}

/** The database file is corrupt, or none of Wherry's. */
export class StorageDamaged extends Error {}

const DATABASE_FILE = "store.db";
const SCRATCH_FILE = "restoring.db";
const PID_FILE = "store.pid";

async function openFile({ directory, maxBytes, recordLimits }: SqliteOptions, name: string): Promise<Engine> {
  const file = join(directory, name);
  const pidFile = join(directory, PID_FILE);
  const start: WorkerStart = { file, maxBytes, recordLimits: recordLimits ?? defaultRecordLimits };
  const calls = new WorkerCalls(start);
  try {
    await calls.started;
  } catch (error) {
    await calls.ended;
    throw error instanceof WorkerFailure ? await openingError(error.failure, file, pidFile) : error;
  }
  // It only serves a clearer error: a full disk must not keep the store from being read.
  await writeFile(pidFile, `${process.pid}\n`).catch(() => {});
  return new SqliteEngine(calls, pidFile);
}

class SqliteEngine implements Engine {
  readonly #calls: WorkerCalls;
  readonly #pidFile: string;

  constructor(calls: WorkerCalls, pidFile: string) {
    this.#calls = calls;
    this.#pidFile = pidFile;
  }

  async load(): Promise<EngineState> {
    const entries: EngineEntry[] = [];
    for (let reply = await this.#loadAfter(0); ;) {
      // The next part is read from disk while this one is decoded.
      const next = this.#loadAfter(reply.until);
      const batch = decodeBatch(reply.batch);
      for (const { key, revision, bytes } of batch.changes) entries.push({ key, revision, bytes: bytes! });
      reply = await next;
      if (batch.changes.length === 0) return { revision: batch.revision, entries };
    }
  }

  async commit(batch: EngineBatch): Promise<void> {
    const bytes = encodeBatch(batch);
    await this.#call({ type: "commit", batch: bytes }, [bytes.buffer]);
  }

  async records(key: string): Promise<readonly ChangeRecord[]> {
    const reply = await this.#call({ type: "records", key });
    assert(reply.type === "records");
    return reply.rows.map((row) => engineRecord(row).record);
  }

  async recordsAfter(revision: number, limit: number): Promise<readonly EngineRecord[]> {
    const reply = await this.#call({ type: "recordsAfter", revision, limit });
    assert(reply.type === "records");
    return reply.rows.map(engineRecord);
  }

  alive(signal: AbortSignal): Promise<void> {
    return untilLost(this.#calls.lost, signal);
  }

  async close(): Promise<void> {
    await rm(this.#pidFile, { force: true });
    await this.#calls.close();
  }

  async #loadAfter(after: number) {
    const reply = await this.#call({ type: "load", after });
    assert(reply.type === "loaded");
    return reply;
  }

  async #call(request: Request, moved: ArrayBuffer[] = []): Promise<Reply> {
    try {
      return await this.#calls.call(request, moved);
    } catch (error) {
      throw error instanceof WorkerFailure ? servingError(error.failure) : error;
    }
  }
}

function engineRecord([key, text]: RecordRow): EngineRecord {
  return { key, record: JSON.parse(text) as ChangeRecord };
}

async function openingError(failure: Failure, file: string, pidFile: string): Promise<Error> {
  switch (failure.kind) {
    case "in use":
      return new StorageInUse(file, await livingProcess(pidFile));
    case "too new":
      return new StorageTooNew(`${file} was ${failure.message}: use that version, or another data directory`);
    case "damaged":
      return new StorageDamaged(`${file} is damaged (${failure.message}): restore a backup`);
    case "full":
      return new StorageFull(`no room to open ${file}: ${failure.message}`);
    case "failed":
      return new StorageFailed(`${file} cannot be opened: ${failure.message}`);
  }
}

function servingError({ kind, message }: Failure): Error {
  return kind === "full" ? new StorageFull(`no room for the write: ${message}`) : new StorageFailed(message);
}

/** The process that the file names, if it lives. */
async function livingProcess(pidFile: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(pidFile, "utf8"), 10);
    process.kill(pid, 0);
    return pid;
  } catch {
    return undefined;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Makes the names in a directory durable. */
async function syncDirectory(directory: string): Promise<void> {
  await using handle = await open(directory);
  await handle.sync();
}
