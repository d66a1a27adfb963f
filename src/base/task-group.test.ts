import assert from "node:assert/strict";
import { test } from "node:test";
import { TaskGroup } from "./task-group.ts";

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

test("task group: the first failure ends the others and is thrown", async () => {
  const group = new TaskGroup();
  let ended = false;
  group.spawn(async (signal) => {
    await aborted(signal);
    ended = true;
    throw new Error("on the way out");
  });
  group.spawn(async () => {
    throw new Error("first");
  });
  await assert.rejects(group.done(), /^Error: first$/);
  assert.equal(ended, true);
  assert.equal(group.signal.aborted, true);
});

test("task group: done waits for tasks that tasks have started", async () => {
  const group = new TaskGroup();
  const order: string[] = [];
  group.spawn(async () => {
    await Promise.resolve();
    group.spawn(async () => {
      await Promise.resolve();
      order.push("inner");
    });
    order.push("outer");
  });
  await group.done();
  assert.deepEqual(order, ["outer", "inner"]);
});

test("task group: it ends with its parent, and disposing it waits", async () => {
  const parent = new AbortController();
  const group = new TaskGroup(parent.signal);
  let ended = 0;
  group.spawn(async (signal) => {
    await aborted(signal);
    ended += 1;
  });
  parent.abort();
  await group.done();
  assert.equal(ended, 1);
  assert.equal(new TaskGroup(parent.signal).signal.aborted, true);
  {
    await using scoped = new TaskGroup();
    scoped.spawn(async (signal) => {
      await aborted(signal);
      ended += 1;
    });
  }
  assert.equal(ended, 2);
});
