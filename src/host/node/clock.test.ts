import assert from "node:assert/strict";
import { test } from "node:test";
import { createClock } from "./clock.ts";

test("clock: tells whole milliseconds near the wall clock and never goes back", () => {
  const clock = createClock({ holdProcess: true });
  let last = 0;
  for (let round = 0; round < 1000; round++) {
    const now = clock.now();
    assert(Number.isInteger(now));
    assert(now >= last);
    last = now;
  }
  assert(Math.abs(last - Date.now()) < 2_000);
});

test("clock: does not follow a wall clock set back, and leaps ahead with it", (context) => {
  const clock = createClock({ holdProcess: true });
  const before = clock.now();
  context.mock.method(Date, "now", () => before - 3_600_000);
  assert(clock.now() >= before);
  context.mock.method(Date, "now", () => before + 3_600_000);
  assert(clock.now() >= before + 3_600_000);
});

test("clock: a timer fires once, a disposed one never, and a very long one does not fire at once", async () => {
  const clock = createClock({ holdProcess: true });
  const fired: string[] = [];
  const long = clock.timer(2 ** 40, () => fired.push("long"));
  const disposed = clock.timer(1, () => fired.push("disposed"));
  disposed[Symbol.dispose]();
  await new Promise<void>((resolve) => {
    clock.timer(20, () => {
      fired.push("short");
      resolve();
    });
  });
  await clock.turn();
  assert.deepEqual(fired, ["short"]);
  long[Symbol.dispose]();
});
