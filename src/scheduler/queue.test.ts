import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { podInfo } from "./pod-info.ts";
import { SchedulingQueue } from "./queue.ts";
import { podOf } from "./testing.ts";

const { signal } = new AbortController();
const infoOf = (name: string, priority = 0) => podInfo(podOf(name, { spec: { priority } }));

test("queue: the more important first, then the older", async () => {
  const queue = new SchedulingQueue(new VirtualClock());
  for (const info of [infoOf("first"), infoOf("second"), infoOf("urgent", 10)]) queue.add(info);
  const order = [await queue.take(signal), await queue.take(signal), await queue.take(signal)];
  assert.deepEqual(order, ["default/urgent", "default/first", "default/second"]);
});

test("queue: a parked pod comes back when something happens that concerns it, after its pause", async () => {
  const clock = new VirtualClock();
  const queue = new SchedulingQueue(clock);
  queue.add(infoOf("p"));
  const key = (await queue.take(signal))!;
  queue.park(key, new Set(["node-added"]));
  const next = queue.take(signal);
  let taken = false;
  void next.then(() => (taken = true));
  queue.wake("pod-removed");
  await clock.advance(60_000);
  assert.equal(taken, false, "nothing that concerned it happened");
  queue.wake("node-added");
  await clock.advance(0);
  assert.equal(await next, key);
});

test("queue: what happens while a pod is being tried is not missed", async () => {
  const clock = new VirtualClock();
  const queue = new SchedulingQueue(clock);
  queue.add(infoOf("p"));
  const key = (await queue.take(signal))!;
  queue.wake("node-added");
  queue.park(key, new Set(["node-added"]));
  const next = queue.take(signal);
  await clock.advance(1_000);
  assert.equal(await next, key);
});

test("queue: a pod that nothing woke is tried again after five minutes", async () => {
  const clock = new VirtualClock();
  const queue = new SchedulingQueue(clock);
  queue.add(infoOf("p"));
  const key = (await queue.take(signal))!;
  queue.park(key, new Set());
  const next = queue.take(signal);
  await clock.advance(5 * 60_000);
  assert.equal(await next, key);
});
