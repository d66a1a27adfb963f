import assert from "node:assert/strict";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { askControl, serveControl } from "./control.ts";

const skip = process.platform === "linux" ? false : "NOT TESTED: directories are named by their handles on Linux alone";
const { signal } = new AbortController();

test("control: steps, results and refusals come back, in directories of any length", { skip }, async () => {
  const root = mkdtempSync("/tmp/wherry-control");
  const directory = join(root, "a".repeat(120));
  mkdirSync(directory);
  try {
    await using _server = await serveControl(directory, (request, step) => {
      step("half", 5);
      if (request === "no") return Promise.reject(new Error("it may not be"));
      return Promise.resolve({ got: request });
    });
    const steps: string[] = [];
    const tell = (what: string, tookMs: number) => void steps.push(`${what} ${tookMs}`);
    assert.deepEqual(await askControl(directory, { a: 1 }, tell, signal), { got: { a: 1 } });
    assert.deepEqual(steps, ["half 5"]);
    await assert.rejects(askControl(directory, "no", tell, signal), /^Error: it may not be$/);
    // A second one takes the place of one that was killed.
    await using _again = await serveControl(directory, () => Promise.resolve("second"));
    assert.equal(await askControl(directory, {}, tell, signal), "second");
  } finally {
    rmSync(root, { recursive: true });
  }
  await assert.rejects(
    askControl(directory, {}, () => {}, signal),
    { code: "ENOENT" },
  );
});
