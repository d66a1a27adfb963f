import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { ValueCodec } from "./contract.ts";
import { docCodec, type Doc } from "./conformance-place.suite.ts";
import { SealedEntry } from "./entry.ts";

test("entry: a value that was let go of is the same one as long as somebody holds it", () => {
  const entry = SealedEntry.sealed<Doc>("/a", 2, { text: "a" }, docCodec);
  const { value } = entry;
  entry.letGo();
  assert.equal(entry.value, value);
});

test("entry: a value that nobody holds any more is decoded when it is asked for, once", async () => {
  let decoded = 0;
  const codec: ValueCodec<Doc> = {
    ...docCodec,
    open: (bytes, revision) => {
      decoded += 1;
      return docCodec.open(bytes, revision);
    },
  };
  const entry = SealedEntry.sealed<Doc>("/a", 2, { text: "a" }, codec);
  entry.letGo();
  await collectGarbage();
  assert.equal(decoded, 0);
  assert.equal(entry.value.text, "a");
  await collectGarbage();
  assert.equal(entry.value.text, "a");
  assert.equal(decoded, 1);
});

/** What a reference was read from in this turn is held until it ends. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  await setImmediate();
  collect();
}
