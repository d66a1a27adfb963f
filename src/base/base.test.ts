import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { backoffMs } from "./backoff.ts";
import { delay } from "./clock.ts";
import { Heap } from "./heap.ts";
import { integerBelow, randomName, seededRandom, uuid } from "./random.ts";

test("heap: pops in order, whatever was pushed and popped before", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.integer(), { nil: undefined })), (steps) => {
      const heap = new Heap<number>((a, b) => a < b);
      let model: number[] = [];
      for (const step of steps) {
        if (step === undefined) {
          assert.equal(heap.pop(), model.shift());
        } else {
          heap.push(step);
          model = [...model, step].toSorted((a, b) => a - b);
        }
        assert.equal(heap.size, model.length);
        assert.equal(heap.peek(), model[0]);
      }
    }),
  );
});

test("delay: waits so long, and no longer than its signal", async () => {
  const clock = new VirtualClock();
  const { signal } = new AbortController();
  let over = false;
  const waiting = delay(clock, 1000, { signal }).then(() => (over = true));
  await clock.advance(999);
  assert.equal(over, false);
  await clock.advance(1);
  await waiting;
  const leave = new AbortController();
  const left = delay(clock, 1000, { signal: leave.signal });
  leave.abort(new Error("enough"));
  await assert.rejects(left, /enough/);
  assert.equal(clock.nextDueMs, undefined, "its timer is gone");
  await assert.rejects(delay(clock, 1, { signal: leave.signal }), /enough/);
});

test("random: the same seed and name give the same numbers, other names do not", () => {
  const numbers = (name: string) => {
    const stream = seededRandom(7).stream(name);
    return Array.from({ length: 5 }, () => stream.next());
  };
  assert.deepEqual(numbers("a"), numbers("a"));
  assert.notDeepEqual(numbers("a"), numbers("b"));
  const used = seededRandom(7);
  used.next();
  assert.equal(used.stream("a").next(), numbers("a")[0], "a stream does not depend on what was drawn before");
});

test("random: numbers stay in their range, uuids and names in their form", () => {
  const random = seededRandom("forms");
  for (let round = 0; round < 1000; round++) {
    const number = integerBelow(random, 7);
    assert(number >= 0 && number < 7 && Number.isInteger(number));
  }
  assert.match(uuid(random), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(randomName(random, 5), /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test("backoff: doubles up to its limit, with a share by chance", () => {
  const random = { ...seededRandom(1), next: () => 0.5 };
  const plain = { firstMs: 100, longestMs: 1000, jitter: 0 };
  const waits = [1, 2, 3, 4, 5, 100].map((failures) => backoffMs(failures, plain, random));
  assert.deepEqual(waits, [100, 200, 400, 800, 1000, 1000]);
  assert.equal(backoffMs(1, { ...plain, jitter: 1 }, random), 150);
});
