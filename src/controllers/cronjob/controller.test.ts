import assert from "node:assert/strict";
import { test } from "node:test";
import { CronJob } from "../../api/batch/v1/cron-job.ts";
import { Job } from "../../api/batch/v1/job.ts";
import { Event } from "../../api/core/v1/event.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { garbageCollector } from "../garbagecollector/controller.ts";
import { jobController } from "../job/controller.ts";
import { playKubelet } from "../testing.ts";
import { ttlAfterFinishedController } from "../ttl-after-finished/controller.ts";
import { cronJobController } from "./controller.ts";

const MINUTE = 60_000;
const template = { spec: { restartPolicy: "Never" as const, containers: [{ name: "work", image: "busybox" }] } };
const cronJob = (spec: object = {}, jobSpec: object = {}) => ({
  metadata: { name: "tick" },
  spec: { schedule: "*/5 * * * *", jobTemplate: { spec: { template, ...jobSpec } }, ...spec },
});
const controllers = () => [
  cronJobController,
  jobController(),
  ttlAfterFinishedController,
  garbageCollector(createRegistry(builtInKinds())),
];

async function succeed(world: World): Promise<void> {
  for (const pod of world.list(Pod).filter(({ status }) => status.phase === "Pending")) {
    await playKubelet(world.client, pod, { ready: false, phase: "Succeeded" }, world.clock.now());
  }
  await world.settle();
}

test("cronjob: starts a Job at every time, and keeps the last ones", async () => {
  await using world = await simulate({ controllers: controllers() });
  await world.apply(CronJob, cronJob({ successfulJobsHistoryLimit: 2 }));
  await world.settle();
  assert.equal(world.list(Job).length, 0);
  for (let time = 0; time < 4; time++) {
    await world.advance(5 * MINUTE);
    await succeed(world);
  }
  assert.equal(world.list(Job).length, 2);
  const { status } = world.get(CronJob, "tick")!;
  assert.equal(status.active, undefined);
  assert.equal(status.lastScheduleTime, "2026-01-01T00:20:00Z");
  assert(status.lastSuccessfulTime !== undefined);
  const [job] = world.list(Job);
  const time = job!.metadata.annotations?.["batch.kubernetes.io/cronjob-scheduled-timestamp"];
  assert.equal(`tick-${Date.parse(time!) / MINUTE}`, job!.metadata.name);
  await world.assertQuiet();
});

for (const [concurrencyPolicy, expected] of [
  ["Allow", 2],
  ["Forbid", 1],
  ["Replace", 1],
] as const) {
  test(`cronjob: a Job still runs and the policy is ${concurrencyPolicy}`, async () => {
    await using world = await simulate({ controllers: controllers() });
    await world.apply(CronJob, cronJob({ concurrencyPolicy }));
    await world.advance(5 * MINUTE + 1000);
    await world.settle();
    const [first] = world.list(Job);
    await world.advance(5 * MINUTE);
    await world.settle();
    assert.equal(world.list(Job).length, expected);
    assert.equal(world.get(CronJob, "tick")!.status.active?.length, expected);
    const isKept = world.list(Job).some(({ metadata }) => metadata.uid === first!.metadata.uid);
    assert.equal(isKept, concurrencyPolicy !== "Replace");
    await world.assertQuiet();
  });
}

test("cronjob: tells of a schedule whose time never comes", async () => {
  await using world = await simulate({ controllers: controllers() });
  await world.apply(CronJob, cronJob({ schedule: "59 23 31 2 *" }));
  await world.settle();
  const [event] = world.list(Event);
  assert.equal(event?.reason, "InvalidSchedule");
  assert.equal(
    event.message,
    "invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second",
  );
});

test("ttl after finished: a Job goes when its time is over, with its pods", async () => {
  await using world = await simulate({ controllers: controllers() });
  const spec = { template, ttlSecondsAfterFinished: 60 };
  await world.apply(Job, { metadata: { name: "once" }, spec });
  await world.settle();
  await succeed(world);
  assert.equal(world.list(Job).length, 1);
  await world.advance(61_000);
  await world.settle();
  assert.deepEqual([world.list(Job), world.list(Pod)], [[], []]);
  await world.assertQuiet();
});
