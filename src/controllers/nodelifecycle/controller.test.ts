import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { formatTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";
import { nodeIpamController } from "../nodeipam/controller.ts";
import { podGarbageCollector } from "../podgc/controller.ts";
import { taintEvictionController } from "../tainteviction/controller.ts";
import { playKubelet } from "../testing.ts";
import { nodeLifecycleController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = () => [
  nodeLifecycleController(),
  taintEvictionController(),
  podGarbageCollector(),
  nodeIpamController(["10.244.0.0/16"]),
];

async function beat(world: World, name: string): Promise<void> {
  const time = formatTime(world.clock.now());
  const conditions = [
    { type: "Ready", status: "True", reason: "KubeletReady", lastHeartbeatTime: time, lastTransitionTime: time },
  ];
  await world.client.patch(Node, { name }, mergePatch({ status: { conditions } }), { signal, subresource: "status" });
}

/** Lets time pass in which some nodes go on living. */
async function live(world: World, seconds: number, ...names: readonly string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    for (const name of names) await beat(world, name);
    await world.advance(10_000);
  }
}

async function worldWithNodes(): Promise<World> {
  const world = await simulate({ controllers: controllers() });
  for (const name of ["node-1", "node-2"]) await world.apply(Node, { metadata: { name } });
  await live(world, 10, "node-1", "node-2");
  const spec = { nodeName: "node-1", containers: [{ name: "web", image: "nginx" }] };
  await world.apply(Pod, { metadata: { name: "a" }, spec });
  await playKubelet(world.client, world.get(Pod, "a")!, { ready: true }, world.clock.now());
  return world;
}

const node = (world: World, name: string) => world.list(Node).find(({ metadata }) => metadata.name === name)!;
const taints = (world: World, name: string) =>
  (node(world, name).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`).sort();

test("nodes: a silent node is unreachable, its pods unready and then evicted", async () => {
  await using world = await worldWithNodes();
  await live(world, 70, "node-2");
  const ready = conditionOf(node(world, "node-1").status.conditions, "Ready")!;
  assert.deepEqual([ready.status, ready.reason], ["Unknown", "NodeStatusUnknown"]);
  assert.deepEqual(taints(world, "node-1"), [
    "node.kubernetes.io/unreachable:NoExecute",
    "node.kubernetes.io/unreachable:NoSchedule",
  ]);
  assert.deepEqual(taints(world, "node-2"), []);
  assert.equal(conditionOf(world.get(Pod, "a")!.status.conditions, "Ready")?.status, "False");
  assert.equal(world.get(Pod, "a")!.metadata.deletionTimestamp, undefined, "it tolerates that for five minutes");
  await live(world, 310, "node-2");
  const pod = world.get(Pod, "a")!;
  assert(pod.metadata.deletionTimestamp !== undefined);
  assert.equal(conditionOf(pod.status.conditions, "DisruptionTarget")?.reason, "DeletionByTaintManager");
  await live(world, 10, "node-1", "node-2");
  assert.deepEqual(taints(world, "node-1"), []);
});

test("nodes: when all are silent, nobody is driven away", async () => {
  await using world = await worldWithNodes();
  await world.advance(70_000);
  assert.deepEqual(taints(world, "node-1"), ["node.kubernetes.io/unreachable:NoSchedule"]);
  await world.assertQuiet();
});

test("nodes: pods of a node that is gone go too; each node has its own network", async () => {
  await using world = await worldWithNodes();
  assert.deepEqual(
    [node(world, "node-1").spec.podCIDR, node(world, "node-2").spec.podCIDRs],
    ["10.244.0.0/24", ["10.244.1.0/24"]],
  );
  await world.client.delete(Node, { name: "node-1" }, { signal });
  await live(world, 30, "node-2");
  assert(world.get(Pod, "a") !== undefined);
  await live(world, 60, "node-2");
  assert.equal(world.get(Pod, "a"), undefined);
  await world.assertQuiet();
});
