import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { COMPACTION_MS, compactRegularly } from "./compactor.ts";

test("compactor: what was there a period ago is forgotten, and what came since is not", async () => {
  const clock = new VirtualClock();
  const compacted: number[] = [];
  const store = {
    revision: 10,
    compact: async (revision: number) => {
      compacted.push(revision);
    },
  };
  const ended = new AbortController();
  const running = compactRegularly(store, clock, ended.signal);
  store.revision = 25;
  await clock.advance(COMPACTION_MS);
  assert.deepEqual(compacted, [10]);
  store.revision = 40;
  await clock.advance(COMPACTION_MS);
  assert.deepEqual(compacted, [10, 25]);
  ended.abort(new Error("over"));
  await assert.rejects(running, /over/);
});
