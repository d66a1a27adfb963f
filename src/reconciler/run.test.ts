import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplicaSet } from "../api/apps/v1/replica-set.ts";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { Pod } from "../api/core/v1/pod.ts";
import { simulate, type World } from "../cluster/testing.ts";
import { mergePatch } from "../client/client.ts";
import type { Draft, KubeObject } from "../machinery/object.ts";
import { inBatches } from "./batches.ts";
import { type Controller, defineController, scoped, settled } from "./controller.ts";
import { controllerReference } from "./ownership.ts";

const { signal } = new AbortController();

/** The loops under test act as an administrator would: what they may do is not what these tests are about. */
const asAdmin = { user: "system:serviceaccount:kube-system:generic-garbage-collector" };

function config(name: string, data: Record<string, string> = {}): Draft<ConfigMap> {
  return { metadata: { name, namespace: "default" }, data };
}

async function worldWith(controller: Controller): Promise<World> {
  return simulate({ seed: 3, controllers: [controller] });
}

test("reconciler: a key is never worked on twice at a time, and no change is lost", async () => {
  const working = new Set<string>();
  const seen: string[] = [];
  const controller = defineController({
    ...asAdmin,
    name: "replicaset",
    reconciles: ConfigMap,
    workers: 8,
    async reconcile(key, { cache, clock }) {
      assert(!working.has(key), `${key} is worked on already`);
      working.add(key);
      for (let turn = 0; turn < 5; turn++) await clock.turn();
      seen.push(`${key} ${cache.get(ConfigMap, key)?.data?.["n"]}`);
      working.delete(key);
      return settled;
    },
  });
  await using world = await worldWith(controller as unknown as Controller);
  for (const name of ["a", "b"]) await world.client.create(ConfigMap, config(name, { n: "0" }), { signal });
  for (let n = 1; n <= 20; n++) {
    for (const name of ["a", "b"]) {
      await world.client.patch(ConfigMap, { namespace: "default", name }, mergePatch({ data: { n: `${n}` } }), {
        signal,
      });
    }
  }
  await world.settle();
  assert.equal(
    seen.findLast((line) => line.startsWith("default/a ")),
    "default/a 20",
  );
  assert.equal(
    seen.findLast((line) => line.startsWith("default/b ")),
    "default/b 20",
  );
});

test("reconciler: a loop knows the part of a kind that it asks for, and its own writes in it", async () => {
  const seen: string[] = [];
  const controller = defineController({
    ...asAdmin,
    name: "replicaset",
    reconciles: ConfigMap,
    scopes: [scoped(ConfigMap, { fieldSelector: "metadata.name=b" })],
    async reconcile(key, { cache, client }) {
      const n = Number(cache.get(ConfigMap, key)?.data?.["n"]);
      seen.push(`${key} ${n} of ${cache.list(ConfigMap).length}`);
      if (n > 0 && n < 3) await client.update(ConfigMap, config("b", { n: `${n + 1}` }), { signal });
      return settled;
    },
  });
  await using world = await worldWith(controller as unknown as Controller);
  for (const name of ["a", "b"]) await world.client.create(ConfigMap, config(name, { n: "0" }), { signal });
  await world.settle();
  await world.client.patch(ConfigMap, { namespace: "default", name: "b" }, mergePatch({ data: { n: "1" } }), {
    signal,
  });
  await world.settle();
  assert.deepEqual(seen, ["default/b 0 of 1", "default/b 1 of 1", "default/b 2 of 1", "default/b 3 of 1"]);
});

test("reconciler: a failure is tried again, each time later", async () => {
  const times: number[] = [];
  const controller = defineController({
    ...asAdmin,
    name: "replicaset",
    reconciles: ConfigMap,
    async reconcile(key, { clock }) {
      if (key !== "default/a") return settled;
      times.push(clock.now());
      if (times.length < 5) throw new Error("not yet");
      return settled;
    },
  });
  await using world = await worldWith(controller as unknown as Controller);
  await world.client.create(ConfigMap, config("a"), { signal });
  await world.settle();
  const waits = times.slice(1).map((at, index) => at - times[index]!);
  assert.equal(times.length, 5);
  assert.deepEqual(waits, [5, 10, 20, 40]);
});

test("reconciler: looks again when it asked to, and when what it owns changes", async () => {
  let looks = 0;
  const controller = defineController({
    ...asAdmin,
    name: "replicaset",
    reconciles: ReplicaSet,
    owns: [Pod],
    async reconcile() {
      looks += 1;
      return looks === 1 ? { recheckAfterMs: 60_000 } : settled;
    },
  });
  await using world = await worldWith(controller as unknown as Controller);
  const owner = await world.client.create(ReplicaSet, replicaSet("web"), { signal });
  await world.settle();
  assert.equal(looks, 1);
  await world.advance(60_000);
  assert.equal(looks, 2);
  const pod = await world.client.create(Pod, podOf("p", {}, owner), { signal });
  await world.settle();
  assert.equal(looks, 3);
  await world.client.delete(Pod, pod.metadata, { signal, gracePeriodSeconds: 0 });
  await world.settle();
  assert.equal(looks, 4);
});

test("reconciler: writes carry what led to them, and wait for the cache to show them", async () => {
  const stale: string[] = [];
  const controller = defineController({
    name: "replicaset",
    reconciles: ReplicaSet,
    owns: [Pod],
    async reconcile(key, { cache, client, because, signal: own }) {
      const owner = cache.get(ReplicaSet, key);
      if (owner === undefined) return settled;
      const pods = cache.ownedBy(Pod, owner);
      if (pods.length >= 3) return settled;
      if (pods.length !== made) stale.push(`saw ${pods.length} of ${made}`);
      because("too few", { present: pods.length });
      await client.create(Pod, podOf(`p-${made++}`, {}, owner), { signal: own });
      return { recheckAfterMs: 0 };
    },
  });
  let made = 0;
  await using world = await worldWith(controller as unknown as Controller);
  const owner = await world.client.create(ReplicaSet, replicaSet("web"), { signal });
  await world.settle();
  assert.equal(made, 3, "none too many");
  assert.deepEqual(stale, [], "its own writes were in the cache each time");
  const [record] = await world.store.records("core/pods/default/p-0");
  assert.equal(record!.cause!.actor, "replicaset");
  assert.equal(record!.cause!.reason, "too few");
  assert.deepEqual(record!.cause!.facts, { present: 0 });
  const revision = Number(owner.metadata.resourceVersion);
  assert.deepEqual(record!.cause!.saw, [{ key: "apps/replicasets/default/web", revision }]);
});

test("reconciler: orphans that match are adopted, and what no longer matches is let go", async () => {
  const controller = defineController({
    name: "replicaset",
    reconciles: ReplicaSet,
    owns: [Pod],
    claims: ({ spec }) => spec.selector,
    async reconcile() {
      return settled;
    },
  });
  await using world = await worldWith(controller as unknown as Controller);
  const owner = await world.client.create(ReplicaSet, replicaSet("web"), { signal });
  await world.client.create(Pod, podOf("orphan", { app: "web" }), { signal });
  await world.client.create(Pod, podOf("stranger", { app: "other" }), { signal });
  await world.client.create(Pod, podOf("child", { app: "web" }, owner), { signal });
  await world.settle();
  const owners = () =>
    Object.fromEntries(
      world.list(Pod).map(({ metadata }) => [metadata.name, metadata.ownerReferences?.map(({ name }) => name) ?? []]),
    );
  assert.deepEqual(owners(), { child: ["web"], orphan: ["web"], stranger: [] });
  const labels = mergePatch({ metadata: { labels: { app: "other" } } });
  await world.client.patch(Pod, { namespace: "default", name: "child" }, labels, { signal });
  await world.settle();
  assert.deepEqual(owners(), { child: [], orphan: ["web"], stranger: [] });
  await world.assertQuiet();
});

test("batches: 1, 2, 4, … at a time, and no more after a failure", async () => {
  const sizes: number[] = [];
  let running = 0;
  const act = async (item: number) => {
    running += 1;
    await Promise.resolve();
    if (running > 0) sizes.push(running);
    running = 0;
    if (item === 5) throw new Error("five");
  };
  await assert.rejects(
    inBatches(
      Array.from({ length: 40 }, (_, index) => index),
      act,
    ),
    /five/,
  );
  assert.deepEqual(sizes, [1, 2, 4], "0 | 1 2 | 3 4 5 6, and the rest is not tried");
});

function replicaSet(name: string): Draft<ReplicaSet> {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: { containers: [{ name: "main", image: "web:1" }] } };
  return {
    metadata: { name, namespace: "default" },
    spec: { replicas: 0, selector: { matchLabels: labels }, template },
  } as Draft<ReplicaSet>;
}

function podOf(name: string, labels: Record<string, string>, owner?: KubeObject): Draft<Pod> {
  const ownerReferences = owner === undefined ? {} : { ownerReferences: [controllerReference(owner)] };
  return {
    metadata: { name, namespace: "default", labels, ...ownerReferences },
    spec: { containers: [{ name: "main", image: "web:1" }] },
  } as Draft<Pod>;
}
