import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { seededRandom } from "./random.ts";
import { WorkQueue } from "./work-queue.ts";

const newQueue = (clock = new VirtualClock()) => new WorkQueue(clock, seededRandom(1));

test("work queue: a key waits once, in the order of its first adding", async () => {
  const queue = newQueue();
  for (const key of ["a", "b", "a", "c", "b"]) queue.add(key);
  assert.equal(queue.length, 3);
  assert.deepEqual([await queue.take(), await queue.take(), await queue.take()], ["a", "b", "c"]);
  assert.equal(queue.length, 0);
  assert.equal(queue.idle, false);
});

test("work queue: a key that is being worked on comes again afterwards, once", async () => {
  const queue = newQueue();
  queue.add("a");
  assert.equal(await queue.take(), "a");
  queue.add("a");
  queue.add("a");
  assert.equal(queue.length, 0);
  queue.done("a");
  assert.equal(queue.length, 1);
  assert.equal(await queue.take(), "a");
  queue.done("a");
  assert.equal(queue.idle, true);
});

test("work queue: takers wait in line, and get no key that another works on", async () => {
  const queue = newQueue();
  const first = queue.take();
  const second = queue.take();
  queue.add("a");
  queue.add("a");
  queue.add("b");
  assert.deepEqual(await Promise.all([first, second]), ["a", "b"]);
});

test("work queue: of several delays the earliest counts", async () => {
  const clock = new VirtualClock();
  const queue = newQueue(clock);
  queue.addAfter("a", 1000);
  queue.addAfter("a", 200);
  queue.addAfter("a", 500);
  await clock.advance(199);
  assert.equal(queue.length, 0);
  await clock.advance(1);
  assert.equal(queue.length, 1);
  await queue.take();
  queue.done("a");
  await clock.advance(5000);
  assert.equal(queue.length, 0, "the later ones are forgotten");
  queue.addAfter("b", 0);
  assert.equal(queue.length, 1);
});

test("work queue: failures come back later each time, until one goes well", async () => {
  const queue = newQueue();
  assert.deepEqual(
    Array.from({ length: 5 }, () => queue.retry("a")),
    [5, 10, 20, 40, 80],
  );
  queue.forget("a");
  assert.equal(queue.retry("a"), 5);
  for (let failure = 0; failure < 40; failure++) queue.retry("b");
  assert.equal(queue.retry("b"), 1_000_000);
});

test("work queue: closing wakes all takers, and nothing comes afterwards", async () => {
  const clock = new VirtualClock();
  const queue = newQueue(clock);
  const waiting = [queue.take(), queue.take()];
  queue.addAfter("late", 10);
  queue.close();
  assert.deepEqual(await Promise.all(waiting), [undefined, undefined]);
  queue.add("a");
  await clock.advance(100);
  assert.equal(queue.length, 0);
  assert.equal(await queue.take(), undefined);
});
