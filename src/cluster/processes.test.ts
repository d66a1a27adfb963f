import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { siblingProgram } from "../host/node/sibling.ts";
import { testServerOptions } from "./join/test-server.ts";

const DEATHS = [
  { what: "listens", store: "memory", thread: 0, says: /a thread that listens has ended/ },
  { what: "keeps the database", store: "sqlite", thread: 0, says: /the database has stopped/ },
] as const;

for (const { what, store, thread, says } of DEATHS) {
  test(`a thread that ${what} and dies is the end of the server's process, which says why`, async (t) => {
    const directory = await mkdtemp(join(tmpdir(), "wherry-process-"));
    const options = JSON.stringify({ ...(await testServerOptions(directory)), store });
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
    child.send(thread);
    assert.deepEqual(await ended, [1, null]);
    assert.match(String(Buffer.concat(await said)), says);
  });
}
