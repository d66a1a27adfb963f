/** Data directories that cannot be used: a sentence that says what to do, and nothing in them changed. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import test from "node:test";
import { freePort } from "../../src/host/node/machine/testing.ts";
import { run } from "./typed.ts";

test("the command line: state that cannot be used is told, and left as it is", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-cli-"));
  const data = join(directory, "data");
  const store = join(data, "store", "store.db");
  const port = String(await freePort());
  const up = (where: string) => run(["up", "--detach", "--no-node", "--port", port, "--data-dir", where]);
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  assert.equal((await up(data)).code, 0);
  assert.equal((await run(["down", "--data-dir", data])).code, 0);
  const whole = readFileSync(store);

  /** Tries to bring the cluster up, which must fail and leave the database alone. @returns what was said */
  const refused = async () => {
    const before = readFileSync(store);
    const { code, err } = await up(data);
    assert.equal(code, 1);
    assert.deepEqual(readFileSync(store), before, "nothing was written");
    assert.equal((await run(["status", "--data-dir", data])).code, 3, "nothing runs");
    return err;
  };

  await t.test("a damaged database", async () => {
    const damaged = Buffer.from(whole);
    damaged.fill(0xa5, 4096, 4096 * 20);
    writeFileSync(store, damaged);
    assert.match(await refused(), /store\.db is damaged \(database disk image is malformed\): restore a backup/);
  });

  await t.test("something else than a database", async () => {
    writeFileSync(store, "This is no database.".repeat(1_000));
    assert.match(await refused(), /store\.db is damaged \(file is not a database\): restore a backup/);
  });

  await t.test("a database of a newer version", async () => {
    writeFileSync(store, whole);
    const database = new DatabaseSync(store);
    database.exec("PRAGMA user_version = 99");
    database.close();
    assert.match(await refused(), /was written by a newer version .*: use that version, or another data directory/);
  });

  await t.test("and whole again, it comes up", async () => {
    writeFileSync(store, whole);
    assert.equal((await up(data)).code, 0);
    assert.equal((await run(["down", "--data-dir", data])).code, 0);
  });

  const why = process.getuid?.() === 0 ? false : "NOT TESTED: mounting a small disk needs root";
  await t.test("a full disk", { skip: why }, async (inner) => {
    const disk = join(directory, "disk");
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", disk]);
    inner.after(() => execFileSync("umount", ["--lazy", disk]));
    const full = join(disk, "data");
    assert.equal((await up(full)).code, 0);
    const kubectl = (...words: readonly string[]) =>
      execFileSync("kubectl", [`--kubeconfig=${join(full, "kubeconfig")}`, ...words], {
        encoding: "utf8",
        stdio: "pipe",
      });
    const file = join(directory, "large");
    writeFileSync(file, "x".repeat(200_000));
    let written = 0;
    assert.throws(() => {
      for (; written < 30; written++) kubectl("create", "configmap", `large-${written}`, `--from-file=${file}`);
    }, /no room for the write: database or disk is full/);
    assert.equal(
      kubectl("get", "configmaps", "-o", "name").split("large").length - 1,
      written,
      "reads go on, nothing is lost",
    );
    assert.equal((await run(["down", "--data-dir", full])).code, 0);
  });
});
