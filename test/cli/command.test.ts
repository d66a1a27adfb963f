/** The command line as people use it, with real processes and imagined nodes: what needs no root. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { freePort } from "../../src/host/node/machine/testing.ts";
import { run, WHERRY } from "./typed.ts";

test("the command line: a cluster comes up, tells why, is saved, lost and brought back", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-cli-"));
  const data = join(directory, "data");
  const port = String(await freePort());
  const wherry = (...args: readonly string[]) => run([...args, "--data-dir", data]);
  const up = () => wherry("up", "--detach", "--no-node", "--simulate", "2", "--port", port);
  t.after(async () => {
    await wherry("reset", "--yes");
    rmSync(directory, { recursive: true, force: true });
  });

  await t.test("up --detach says where the kubeconfig is", async () => {
    const { code, out } = await up();
    assert.equal(code, 0);
    assert.match(out, /^ +[\d.]+ s {2}API server, controllers and scheduler$/m);
    assert(out.includes(`export KUBECONFIG=${join(data, "kubeconfig")}`));
  });

  await t.test("status tells people and programs", async () => {
    await eventually(async () => assert.equal((await wherry("status")).code, 0));
    const status = JSON.parse((await wherry("status", "-o", "json")).out) as Record<string, unknown>;
    assert.equal(status["running"], true);
    assert.equal(status["url"], `https://127.0.0.1:${port}`);
    assert.equal((status["nodes"] as readonly unknown[]).length, 2);
  });

  await t.test("a second up names the other's process", async () => {
    const { code, err } = await wherry("up", "--no-node", "--port", port);
    assert.equal(code, 1);
    assert.match(err, /^wherry: a cluster runs on .* already, as process \d+: stop it with 'wherry down'/);
  });

  await t.test("a port in use is said in a sentence", async () => {
    const { code, err } = await run(["up", "--no-node", "--port", port, "--data-dir", join(directory, "other")]);
    assert.equal(code, 1);
    assert.equal(err, `wherry: port ${port} is in use by another program: stop that one, or choose another --port\n`);
  });

  await t.test("demo plays to its end", async () => {
    const { code, out } = await wherry("demo", "--keep");
    assert.equal(code, 0, out);
    assert.match(out, /deployment creates ReplicaSet wherry-demo\/web-\w+: has no ReplicaSet of its present template/);
    assert.match(out, /a node: 0\/2 nodes are available: 2 Insufficient cpu\./);
  });

  const backup = join(directory, "backup.tar");
  await t.test("backup writes a file for its owner alone", async () => {
    assert.equal((await wherry("backup", backup)).code, 0);
    assert.equal(statSync(backup).mode & 0o777, 0o600);
  });

  await t.test("restore spoils nothing that is there, and takes no half backup", async () => {
    assert.match((await wherry("restore", backup)).err, /a cluster runs on .*: 'wherry reset' makes room/);
    const half = join(directory, "half.tar");
    writeFileSync(half, readFileSync(backup).subarray(0, statSync(backup).size / 2));
    const cut = await run(["restore", half, "--data-dir", join(directory, "cut")]);
    assert.equal(cut.code, 1);
    assert.match(cut.err, /^wherry: .*half\.tar cannot be restored, nothing was changed: it is cut off or damaged/);
  });

  await t.test("reset, restore and up bring it back, with what led to it", async () => {
    assert.equal((await wherry("reset", "--yes")).code, 0);
    assert.equal((await wherry("status")).code, 3);
    assert.equal((await wherry("restore", backup)).code, 0);
    assert.equal((await up()).code, 0);
    const { code, out } = await wherry("why", "deploy/web", "-n", "wherry-demo");
    assert.equal(code, 0);
    assert.match(out, /^ +0 ms {2}wherry \(kubernetes-admin\) creates Deployment wherry-demo\/web/m);
  });

  await t.test("down stops it, and says so when nothing runs", async () => {
    assert.match((await wherry("down")).out, /^Stopped/);
    assert.match((await wherry("down")).out, /^No cluster ran on/);
    assert.match((await wherry("why", "pod/web")).err, /no cluster runs on .*: start it with 'wherry up'/);
  });
});

test("the command line: Ctrl-C stops what runs in the foreground, and exits with 0", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "wherry-cli-"));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  const args = ["up", "--data-dir", directory, "--no-node", "--store", "memory", "--port", String(await freePort())];
  const child = spawn(process.execPath, [WHERRY, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  for await (const chunk of child.stdout) {
    out += String(chunk);
    if (out.includes("why deployment/web") && !child.killed) child.kill("SIGINT");
  }
  if (child.exitCode === null) await once(child, "exit");
  assert.equal(child.exitCode, 0);
  assert.match(out, /Stopped\. Its state was in memory alone, and is gone\.\n$/);
});

async function eventually(holds: () => Promise<void>): Promise<void> {
  for (const end = Date.now() + 20_000; ;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
}
