import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { silentLog } from "../../../base/log.ts";
import { docCodec, recordOf, turningClock } from "../../../store/conformance-place.suite.ts";
import { StorageFailed, StorageFull } from "../../../store/engine.ts";
import { SnapshotDamaged } from "../../../store/snapshot.ts";
import { openStore } from "../../../store/store.ts";
import { openSqliteEngine, restoreSqlite, StorageDamaged, StorageInUse, StorageTooNew } from "./engine.ts";

async function inDirectory(run: (directory: string) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "wherry-sqlite-"));
  try {
    await run(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const put = (key: string, revision: number, size = 10) => ({
  revision,
  changes: [{ key, revision, replaces: 0, bytes: new Uint8Array(size).fill(revision) }],
  records: [{ key, record: { revision, type: "create" as const, ...recordOf(revision) } }],
});

test("sqlite: a second process is refused, told the first one's pid, and let in when that was killed", () =>
  inDirectory(async (directory) => {
    const script = fileURLToPath(new URL("./crash-test-writer.ts", import.meta.url));
    const child = spawn(process.execPath, [script, directory, "0"], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    await assert.rejects(openSqliteEngine({ directory }), (error) => {
      assert(error instanceof StorageInUse);
      assert.equal(error.pid, child.pid);
      assert.equal(error.message, `${directory}/store.db is in use by process ${child.pid}`);
      return true;
    });
    child.stdout.resume();
    child.kill("SIGKILL");
    await once(child, "exit");
    await (await openSqliteEngine({ directory })).close();
  }));

test("sqlite: a second engine in the same process is refused too, and does no harm", () =>
  inDirectory(async (directory) => {
    const engine = await openSqliteEngine({ directory });
    await assert.rejects(openSqliteEngine({ directory }), StorageInUse);
    await engine.commit(put("/a", 2));
    await engine.close();
    assert.deepEqual(await readdir(directory), ["store.db"], "nothing but the database is left behind");
  }));

test("sqlite: the data directory is the owner's alone", () =>
  inDirectory(async (parent) => {
    const directory = join(parent, "deep", "data");
    await (await openSqliteEngine({ directory })).close();
    assert.equal((await stat(directory)).mode & 0o777, 0o700);
  }));

test("sqlite: a database of a newer version is refused", () =>
  inDirectory(async (directory) => {
    await (await openSqliteEngine({ directory })).close();
    const database = new DatabaseSync(join(directory, "store.db"));
    database.exec("PRAGMA user_version = 99");
    database.close();
    await assert.rejects(openSqliteEngine({ directory }), (error) => {
      assert(error instanceof StorageTooNew);
      assert.match(error.message, /store\.db was written by a newer version \(format 99, this version knows 1\)/);
      return true;
    });
  }));

test("sqlite: a damaged database, another program's, or no database at all is refused", () =>
  inDirectory(async (directory) => {
    const file = join(directory, "store.db");
    const refused = () => assert.rejects(openSqliteEngine({ directory }), StorageDamaged);
    const engine = await openSqliteEngine({ directory });
    for (let revision = 2; revision < 300; revision++) await engine.commit(put(`/${revision}`, revision, 1000));
    await engine.close();
    {
      await using handle = await open(file, "r+");
      await handle.write(Buffer.alloc(20_000, 0xaa), 0, 20_000, 8192 * 5);
    }
    await refused();
    await writeFile(file, "this is a letter, and long enough to look like a header of a hundred bytes".repeat(20));
    await refused();
    await rm(file);
    const foreign = new DatabaseSync(file);
    foreign.exec("CREATE TABLE letters(text)");
    foreign.close();
    await refused();
  }));

test("sqlite: beyond its size the database refuses writes, keeps what it has and takes more when there is room", () =>
  inDirectory(async (directory) => {
    const engine = await openSqliteEngine({ directory, maxBytes: 1_000_000 });
    await using store = await openStore({ engine, codec: docCodec, clock: turningClock, log: silentLog });
    const text = "x".repeat(10_000);
    let acknowledged = 0;
    await assert.rejects(async () => {
      for (;;) {
        await store.create(`/${acknowledged}`, { text });
        acknowledged += 1;
      }
    }, StorageFull);
    assert(acknowledged > 50);
    assert.equal(store.list("").entries.length, acknowledged);
    await store.delete("/0", store.get("/0")!.revision);
    await store.create("/room", { text });
    assert.equal(store.get("/room")!.value.text, text);
  }));

test("sqlite: a full disk", { skip: process.getuid?.() !== 0 && "only root can make a small file system" }, () =>
  inDirectory(async (directory) => {
    const script = fileURLToPath(new URL("./full-disk-test-writer.ts", import.meta.url));
    const { stdout } = await promisify(execFile)("unshare", ["--mount", process.execPath, script, directory]);
    const outcome = JSON.parse(stdout) as Record<string, unknown>;
    assert(outcome["refusedAsFull"], String(outcome["message"]));
    assert(outcome["readWhileFull"]);
    assert.equal(outcome["keys"], Number(outcome["acknowledged"]) + 1);
  }),
);

test("sqlite: a batch that does not fit the database changes nothing", () =>
  inDirectory(async (directory) => {
    const engine = await openSqliteEngine({ directory });
    await engine.commit(put("/a", 2));
    const wrong = { key: "/b", revision: 4, replaces: 99, bytes: new Uint8Array(1) };
    await assert.rejects(
      engine.commit({ revision: 4, changes: [...put("/c", 3).changes, wrong], records: put("/c", 3).records }),
      (error) => error instanceof StorageFailed && error.message === "revision 99 of /b is not in the database",
    );
    await engine.commit(put("/d", 5));
    assert.deepEqual(
      (await engine.load()).entries.map(({ key }) => key),
      ["/a", "/d"],
    );
    assert.deepEqual(
      (await engine.recordsAfter(0, 10)).map(({ key }) => key),
      ["/a", "/d"],
    );
    assert.deepEqual(await engine.records("/c"), []);
    await engine.close();
    await assert.rejects(engine.commit(put("/e", 6)), StorageFailed);
  }));

test("sqlite: a restore that fails leaves nothing behind, and one over a database is refused", () =>
  inDirectory(async (directory) => {
    const torn = async function* () {
      yield new TextEncoder().encode("wherry store snapshot 1\nxx");
    };
    await assert.rejects(restoreSqlite({ directory }, torn()), SnapshotDamaged);
    assert.deepEqual(await readdir(directory), []);
    await (await openSqliteEngine({ directory })).close();
    await assert.rejects(restoreSqlite({ directory }, torn()), StorageFailed);
  }));
