import { DatabaseSync, type StatementSync } from "node:sqlite";
import { encodeBatch, readBatch } from "../../../store/batch-format.ts";
import { FIRST_REVISION, type EngineChange } from "../../../store/engine.ts";
import type { Failure, FailureKind, WorkerStart } from "./messages.ts";
import { RecordTable } from "./record-table.ts";

/**
 * The database file. `entries` is a log: the store knows which version a change takes the place of, so a version is
 * found by its revision, rows are only ever appended, and no index on keys has to be kept.
 */
export class Database {
  readonly records: RecordTable;
  readonly #database: DatabaseSync;
  readonly #begin: StatementSync;
  readonly #commit: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #revision: StatementSync;
  readonly #setRevision: StatementSync;
  readonly #entriesAfter: StatementSync;

  /** @throws {DatabaseError} */
  constructor({ file, maxBytes, recordLimits }: WorkerStart) {
    this.#database = openDatabase(file, maxBytes);
    this.#begin = this.#database.prepare("BEGIN IMMEDIATE");
    this.#commit = this.#database.prepare("COMMIT");
    this.#put = this.#database.prepare("INSERT INTO entries(revision, key, value) VALUES (?, ?, ?)");
    this.#remove = this.#database.prepare("DELETE FROM entries WHERE revision = ?");
    this.#entriesAfter = this.#database.prepare(
      "SELECT revision, key, value FROM entries WHERE revision > ? ORDER BY revision",
    );
    this.#entriesAfter.setReturnArrays(true);
    this.#revision = this.#database.prepare("SELECT revision FROM state");
    this.#setRevision = this.#database.prepare("UPDATE state SET revision = ?");
    this.records = new RecordTable(this.#database, recordLimits);
  }

  /** The newest versions after a revision, as a batch of a few megabytes, and the revision up to which it goes. */
  load(after: number): { readonly batch: Uint8Array<ArrayBuffer>; readonly until: number } {
    const changes: EngineChange[] = [];
    let until = after;
    let bytes = 0;
    for (const row of this.#entriesAfter.iterate(after) as Iterable<unknown>) {
      const [revision, key, value] = row as [number, string, Uint8Array];
      changes.push({ key, revision, replaces: 0, bytes: value });
      until = revision;
      bytes += value.length;
      if (bytes >= LOAD_BATCH_BYTES) break;
    }
    const revision = Math.max(until, Number(this.#revision.get()!["revision"]));
    return { batch: encodeBatch({ revision, changes, records: [] }), until };
  }

  /** @throws {DatabaseError} */
  commit(batch: Uint8Array): void {
    try {
      this.#begin.run();
      this.#write(batch);
      this.#commit.run();
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec("ROLLBACK");
      this.records.forgetIndex();
      throw commitError(error);
    }
  }

  close(): void {
    this.#database.close();
  }

  #write(batch: Uint8Array): void {
    let newestPut = 0;
    const updated = new Set<string>();
    const newest = readBatch(batch, {
      change: (key, revision, replaces, bytes) => {
        if (replaces !== 0) {
          updated.add(key);
          if (Number(this.#remove.run(replaces).changes) !== 1) {
            throw new DatabaseError("failed", `revision ${replaces} of ${key} is not in the database`);
          }
        }
        if (bytes === undefined) return;
        this.#put.run(revision, key, bytes);
        newestPut = revision;
      },
      record: (key, revision, at, text) => this.records.append(key, revision, at, text, updated.has(key)),
    });
    // The newest row tells the revision of the log, unless the newest change is a removal.
    if (newestPut !== newest) this.#setRevision.run(newest);
    this.records.trim();
  }
}

class DatabaseError extends Error {
  readonly kind: FailureKind;
  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.kind = kind;
  }
}

export function failureOf(error: unknown): Failure {
  if (error instanceof DatabaseError) return { kind: error.kind, message: error.message };
  return { kind: "failed", message: String(error) };
}

/** The format of the database. A database of a newer format is refused, one of an older would be brought up to date here. */
const FORMAT = 1;
/** "Whry": tells a database of ours from any other in the file's header. */
const APPLICATION_ID = 0x57687279;
const PAGE_BYTES = 8192;
/** The log is written back to the file when it has grown to this: 16 MiB. */
const CHECKPOINT_PAGES = 2048;
const LOAD_BATCH_BYTES = 2 * 1024 * 1024;

const SCHEMA = `
  BEGIN;
  CREATE TABLE state (revision INTEGER NOT NULL) STRICT;
  INSERT INTO state VALUES (${FIRST_REVISION});
  CREATE TABLE entries (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, value BLOB NOT NULL) STRICT;
  CREATE TABLE records (revision INTEGER PRIMARY KEY, key TEXT NOT NULL, at INTEGER NOT NULL, record BLOB NOT NULL) STRICT;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT};
  COMMIT;
`;

function openDatabase(file: string, maxBytes: number | undefined): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    prepareFile(database, maxBytes);
    return database;
  } catch (error) {
    database?.close();
    throw error instanceof DatabaseError ? error : openingError(error);
  }
}

function prepareFile(database: DatabaseSync, maxBytes: number | undefined): void {
  const pragma = (name: string) => Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0];
  // The exclusive lock is the kernel's: it ends with the process, however that ends.
  database.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;`);
  database.exec(`PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES};`);
  const format = Number(pragma("user_version"));
  if (format > FORMAT) {
    throw new DatabaseError("too new", `written by a newer version (format ${format}, this version knows ${FORMAT})`);
  }
  if (format === 0) {
    if (Number(pragma("schema_version")) !== 0) throw new DatabaseError("damaged", "not a database of Wherry");
    database.exec(SCHEMA);
  }
  if (pragma("application_id") !== APPLICATION_ID) throw new DatabaseError("damaged", "not a database of Wherry");
  const check = pragma("quick_check(1)");
  if (check !== "ok") throw new DatabaseError("damaged", String(check));
  if (maxBytes !== undefined) database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
}

// SQLite's primary result codes, https://www.sqlite.org/rescode.html
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOTADB = 26;

function openingError(error: unknown): DatabaseError {
  const message = (error as Error).message;
  switch (resultCode(error)) {
    case SQLITE_BUSY:
      return new DatabaseError("in use", message, { cause: error });
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return new DatabaseError("damaged", message, { cause: error });
    case SQLITE_FULL:
      return new DatabaseError("full", message, { cause: error });
    default:
      return new DatabaseError("failed", message, { cause: error });
  }
}

function commitError(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  const kind = resultCode(error) === SQLITE_FULL ? "full" : "failed";
  return new DatabaseError(kind, (error as Error).message, { cause: error });
}

function resultCode(error: unknown): number {
  const { errcode } = error as { readonly errcode?: number };
  return (errcode ?? 0) & 0xff;
}
