import assert from "node:assert/strict";
import { test } from "node:test";
import { Job } from "../../api/batch/v1/job.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { playKubelet } from "../testing.ts";
import { jobController } from "./controller.ts";

const { signal } = new AbortController();
const template = { spec: { restartPolicy: "Never" as const, containers: [{ name: "work", image: "busybox" }] } };
const job = (spec: object = {}) => ({ metadata: { name: "work" }, spec: { template, ...spec } });
const waiting = (world: World) =>
  world
    .list(Pod)
    .filter(({ status, metadata }) => status.phase === "Pending" && metadata.deletionTimestamp === undefined);
const end = (world: World, pod: Pod, phase: "Succeeded" | "Failed") =>
  playKubelet(world.client, pod, { ready: false, phase }, world.clock.now());
const conditions = (world: World) =>
  (world.get(Job, "work")!.status.conditions ?? []).map(({ type, reason }) => `${type} ${reason}`);

test("job: runs until enough pods have succeeded, and counts each once", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job({ completions: 3, parallelism: 2 }));
  await world.settle();
  assert.equal(waiting(world).length, 2);
  assert.equal(world.get(Job, "work")!.status.active, 2);
  for (let round = 0; round < 3; round++) {
    const [pod] = waiting(world);
    await end(world, pod!, "Succeeded");
    await world.settle();
  }
  const { status } = world.get(Job, "work")!;
  assert.deepEqual(conditions(world), ["SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"]);
  assert.deepEqual([status.succeeded, status.active, status.failed, status.ready], [3, undefined, undefined, 0]);
  assert.deepEqual(status.uncountedTerminatedPods, {});
  assert(
    world.list(Pod).every(({ metadata }) => metadata.finalizers === undefined),
    "counted pods are let go",
  );
  await world.assertQuiet();
});

test("job: fails after too many failures, each retried later than the last", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job({ backoffLimit: 2 }));
  const delays: number[] = [];
  for (let failure = 0; failure < 3; failure++) {
    const from = world.clock.now();
    while (waiting(world).length === 0) await world.advance(1000);
    delays.push(Math.round((world.clock.now() - from) / 1000));
    await end(world, waiting(world)[0]!, "Failed");
    await world.advance(100);
  }
  await world.settle();
  assert(delays[1]! >= 9 && delays[2]! >= 19 && delays[2]! <= 21, `${delays}`);
  assert.deepEqual(conditions(world), ["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"]);
  assert.equal(world.get(Job, "work")!.status.failed, 3);
  await world.assertQuiet();
});

test("job: an indexed one gives every index its pod", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job({ completions: 4, parallelism: 4, completionMode: "Indexed" }));
  await world.settle();
  const pods = waiting(world);
  const indexes = pods.map(({ metadata }) => metadata.labels!["batch.kubernetes.io/job-completion-index"]).sort();
  assert.deepEqual(indexes, ["0", "1", "2", "3"]);
  assert(pods.every(({ metadata, spec }) => metadata.name.startsWith(`${spec.hostname}-`)));
  for (const pod of pods.filter(({ spec }) => spec.hostname !== "work-1")) await end(world, pod, "Succeeded");
  await world.settle();
  assert.equal(world.get(Job, "work")!.status.completedIndexes, "0,2,3");
  await end(world, waiting(world)[0]!, "Succeeded");
  await world.settle();
  assert.equal(world.get(Job, "work")!.status.completedIndexes, "0-3");
  await world.assertQuiet();
});

test("job: indexes fail by themselves where they have a limit of their own", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job({ completions: 2, parallelism: 2, completionMode: "Indexed", backoffLimitPerIndex: 1 }));
  await world.settle();
  for (let round = 0; round < 3; round++) {
    for (const pod of waiting(world)) await end(world, pod, pod.spec.hostname === "work-0" ? "Failed" : "Succeeded");
    await world.advance(30_000);
  }
  const { status } = world.get(Job, "work")!;
  assert.deepEqual([status.completedIndexes, status.failedIndexes, status.failed], ["1", "0", 2]);
  assert.deepEqual(conditions(world), ["FailureTarget FailedIndexes", "Failed FailedIndexes"]);
  await world.assertQuiet();
});

test("job: is suspended and resumed, and has a deadline", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  const name = { namespace: "default", name: "work" };
  await world.apply(Job, job({ suspend: true, activeDeadlineSeconds: 60 }));
  await world.settle();
  assert.deepEqual([conditions(world), world.list(Pod)], [["Suspended JobSuspended"], []]);
  await world.client.patch(Job, name, mergePatch({ spec: { suspend: false } }), { signal });
  await world.settle();
  assert.deepEqual([conditions(world), waiting(world).length], [["Suspended JobResumed"], 1]);
  await world.advance(70_000);
  assert.deepEqual(conditions(world).slice(1), ["FailureTarget DeadlineExceeded", "Failed DeadlineExceeded"]);
  await world.assertQuiet();
});

test("job: pods of a deleted Job are let go", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job());
  await world.settle();
  await world.client.delete(Job, { namespace: "default", name: "work" }, { signal, propagationPolicy: "Background" });
  await world.settle();
  assert(world.list(Pod).every(({ metadata }) => metadata.finalizers === undefined));
});

test("job: a pod that it controls no longer is let go whole, and adopted again it is held again", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job({ parallelism: 2 }));
  await world.settle();
  const [pod] = world.list(Pod);
  const name = pod!.metadata;
  const held = () => world.get(Pod, name.name)!.metadata;
  const { labels } = name;
  const without = Object.fromEntries(Object.keys(labels!).map((label) => [label, null]));
  await world.client.patch(Pod, name, mergePatch({ metadata: { labels: without } }), { signal });
  await world.settle();
  assert.deepEqual([held().ownerReferences, held().finalizers], [undefined, undefined]);
  await world.client.patch(Pod, name, mergePatch({ metadata: { labels } }), { signal });
  await world.settle();
  // One of the three is too many; the others are the Job's own.
  const own = world.list(Pod).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.equal(own.length, 2);
  for (const { metadata } of own) {
    assert.equal(metadata.ownerReferences?.[0]?.name, "work");
    assert.deepEqual(metadata.finalizers, ["batch.kubernetes.io/job-tracking"]);
  }
  await world.assertQuiet();
});

test("job: pods that a Job left behind as orphans are let go", async () => {
  await using world = await simulate({ controllers: [jobController()] });
  await world.apply(Job, job());
  await world.settle();
  await world.client.delete(Job, { namespace: "default", name: "work" }, { signal, propagationPolicy: "Background" });
  for (const { metadata } of world.list(Pod)) {
    const orphaned = { metadata: { ownerReferences: null, finalizers: ["batch.kubernetes.io/job-tracking"] } };
    await world.client.patch(Pod, metadata, mergePatch(orphaned), { signal });
  }
  await world.settle();
  assert.equal(world.list(Pod).length, 1);
  assert(world.list(Pod).every(({ metadata }) => metadata.finalizers === undefined));
});
