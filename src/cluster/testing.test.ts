import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../api/apps/v1/replica-set.ts";
import { ConfigMap } from "../api/core/v1/config-map.ts";
import { Node } from "../api/core/v1/node.ts";
import { Pod } from "../api/core/v1/pod.ts";
import { replicaSetController } from "../controllers/replicaset/controller.ts";
import type { Draft } from "../machinery/object.ts";
import { simulate, type World } from "./testing.ts";

test("a loop alone: a pod that disappears is replaced, the others are left alone", async () => {
  await using world = await simulate({ seed: 7, controllers: [replicaSetController as never] });
  await world.apply(ReplicaSet, workload(3) as Draft<ReplicaSet>);
  await world.settle();
  const [victim, ...kept] = world.list(Pod);
  await world.client.delete(Pod, victim!.metadata, { uid: victim!.metadata.uid, gracePeriodSeconds: 0 });
  await world.settle();
  const pods = world.list(Pod);
  assert.equal(pods.length, 3);
  assert(
    kept.every((pod) => pods.includes(pod)),
    "survivors are left alone",
  );
  await world.assertQuiet();
});

test("a cluster: a deployment's pods come to run on the nodes, and go with it", async () => {
  await using world = await simulate({ nodes: 3 });
  assert.equal(world.list(Node).length, 3);
  await world.apply(Deployment, workload(6) as Draft<Deployment>);
  await world.settle();
  assert.deepEqual(
    world.list(Pod).map(({ status }) => status.phase),
    Array.from({ length: 6 }, () => "Running"),
  );
  await world.assertQuiet();
  await world.client.delete(Deployment, { namespace: "default", name: "web" });
  await world.settle();
  assert.equal(world.list(Pod).length, 0);
});

test("the control plane crashes: what was acknowledged is there, what runs goes on running", async () => {
  await using world = await simulate({ nodes: 2 });
  await world.apply(Deployment, workload(4) as Draft<Deployment>);
  await world.settle();
  const before = runningIn(world);
  await world.apply(ConfigMap, { metadata: { name: "last" }, data: { words: "acknowledged" } });
  await world.crash(2_000);
  assert.equal(world.get(ConfigMap, "last")?.data?.["words"], "acknowledged");
  await world.settle();
  assert.deepEqual(runningIn(world), before);
  await world.client.patch(
    Deployment,
    { namespace: "default", name: "web" },
    { type: "application/merge-patch+json", body: { spec: { replicas: 5 } } },
  );
  await world.settle();
  assert.equal(runningIn(world).length, 5);
});

test("a machine without power: its pods are started again when it is back", async () => {
  await using world = await simulate({ nodes: 1 });
  await world.apply(Deployment, workload(2) as Draft<Deployment>);
  await world.settle();
  const [node] = world.nodes;
  node!.crash();
  await world.advance(10_000);
  await node!.start();
  await world.settle();
  const restarts = world.list(Pod).map(({ status }) => status.containerStatuses?.[0]?.restartCount);
  assert.deepEqual(restarts, [1, 1]);
});

test("faults are switched on and off as the world runs", async () => {
  await using world = await simulate({ nodes: 1 });
  world.faults.set({ failedCommit: 1 });
  await assert.rejects(world.apply(ConfigMap, { metadata: { name: "never" } }), /injected fault/);
  world.faults.set({ lostAnswer: 1 });
  await assert.rejects(world.apply(ConfigMap, { metadata: { name: "unheard" } }), /connection broke/);
  world.faults.off();
  assert.equal(world.get(ConfigMap, "never"), undefined);
  assert.notEqual(world.get(ConfigMap, "unheard"), undefined);
});

function runningIn(world: World): readonly string[] {
  return world.list(Pod).map(({ status }) => status.containerStatuses?.[0]?.containerID ?? "");
}

function workload(replicas: number) {
  const labels = { app: "web" };
  const spec = { containers: [{ name: "main", image: "web:1" }] };
  const template = { metadata: { labels }, spec };
  return { metadata: { name: "web" }, spec: { replicas, selector: { matchLabels: labels }, template } };
}
