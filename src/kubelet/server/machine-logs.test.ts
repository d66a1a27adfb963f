import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { nodeDisk } from "../../host/node/disk/node-disk.ts";
import type { Disk } from "../ports/disk.ts";
import { machineLogs } from "./machine-logs.ts";

const root = realpathSync(mkdtempSync(join(tmpdir(), "wherry-logs-")));
const logs = join(root, "var", "log");
mkdirSync(join(logs, "apt"), { recursive: true });
writeFileSync(join(logs, "syslog"), "a".repeat(100_000));
writeFileSync(join(logs, "apt", "a<b"), "history");
writeFileSync(join(root, "secret"), "secret");
symlinkSync(join(root, "secret"), join(logs, "leads-out"));
symlinkSync("syslog", join(logs, "leads-in"));
after(() => rmSync(root, { recursive: true }));

/** The machine's disk, all of it below the test's folder. */
const disk: Disk = {
  ...nodeDisk,
  realPath: async (path) => (await nodeDisk.realPath(join(root, path)))?.slice(root.length),
  stat: (path) => nodeDisk.stat(join(root, path)),
  list: (path) => nodeDisk.list(join(root, path)),
  open: (path) => nodeDisk.open(join(root, path)),
};

async function answer(...path: readonly string[]): Promise<string> {
  const { status, body } = await machineLogs(disk, path);
  const chunks: Uint8Array[] = [];
  if (body instanceof Uint8Array) chunks.push(body);
  else if (body?.type === "chunks") for await (const step of body.chunks) chunks.push(...step);
  return `${status} ${Buffer.concat(chunks).toString()}`;
}

test("logs: folders are pages of links, files are told whole", async () => {
  const links = ["apt/", "leads-in", "leads-out", "syslog"].map((name) => `<a href="${name}">${name}</a>`);
  assert.equal(await answer(), ["200 <!doctype html>", "<pre>", ...links, "</pre>", ""].join("\n"));
  assert.match(await answer("apt"), /<a href="a%3Cb">a&lt;b<\/a>/);
  assert.equal(await answer("apt", "a<b"), "200 history");
  assert.equal(await answer("syslog"), `200 ${"a".repeat(100_000)}`);
  assert.equal(await answer("leads-in"), `200 ${"a".repeat(100_000)}`);
});

test("logs: nothing outside of their folder is shown", async () => {
  for (const path of [["..", "..", "secret"], ["leads-out"], ["nothing"]])
    assert.equal(await answer(...path), "404 404 page not found\n");
});
