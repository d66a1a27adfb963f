import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { siblingProgram } from "../host/node/sibling.ts";
import { testServerOptions } from "./join/test-server.ts";

test("a thread that listens and dies is the end of the server's process, which says why", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "wherry-process-"));
  const options = JSON.stringify(await testServerOptions(directory));
  const program = siblingProgram(import.meta.url, "processes-test-server");
  const child = fork(program, [options], { stdio: ["ignore", "ignore", "pipe", "ipc"] });
  t.after(async () => {
    child.kill("SIGKILL");
    await rm(directory, { recursive: true });
  });
  const ended = once(child, "exit");
  const said = child.stderr!.toArray();
  const [first] = await Promise.race([once(child, "message"), ended]);
  assert.deepEqual(first, { type: "ready" });
  child.send("die");
  assert.deepEqual(await ended, [1, null]);
  assert.match(String(Buffer.concat(await said)), /a thread that listens has ended/);
});
