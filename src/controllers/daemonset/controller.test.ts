import assert from "node:assert/strict";
import { test } from "node:test";
import { ControllerRevision } from "../../api/apps/v1/controller-revision.ts";
import { DaemonSet } from "../../api/apps/v1/daemon-set.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { playKubelet } from "../testing.ts";
import { daemonSetController } from "./controller.ts";
import { targetNode } from "./placement.ts";

const { signal } = new AbortController();
const name = { namespace: "default", name: "agent" };
const set = (spec: object = {}) => ({
  metadata: { name: "agent" },
  spec: {
    selector: { matchLabels: { app: "agent" } },
    template: { metadata: { labels: { app: "agent" } }, spec: { containers: [{ name: "agent", image: "agent:1" }] } },
    ...spec,
  },
});
const image = mergePatch({ spec: { template: { spec: { containers: [{ name: "agent", image: "agent:2" }] } } } });

async function worldWithNodes(): Promise<World> {
  const world = await simulate({ controllers: [daemonSetController()] });
  for (const node of ["node-1", "node-2", "node-3"]) {
    await world.apply(Node, { metadata: { name: node, labels: { disk: node === "node-3" ? "hdd" : "ssd" } } });
    // Nodes are born not ready; the loop that finds them ready does not run here.
    await world.client.patch(Node, { name: node }, mergePatch({ spec: { taints: null } }), { signal });
  }
  return world;
}

/** Plays scheduler and kubelet until nothing changes; the most pods that were missing or doubled on the way. */
async function playOn(world: World): Promise<void> {
  for (let round = 0; round < 20; round++) {
    await world.settle();
    const waiting = world
      .list(Pod)
      .filter(({ status, metadata }) => status.phase === "Pending" && metadata.deletionTimestamp === undefined);
    if (waiting.length === 0) return;
    for (const pod of waiting) await playKubelet(world.client, pod, { ready: true }, world.clock.now());
  }
  assert.fail("the update does not come to rest");
}

const places = (world: World) =>
  world
    .list(Pod)
    .map((pod) => targetNode(pod))
    .sort();

test("daemonset: one pod on every node that fits, as nodes change", async () => {
  await using world = await worldWithNodes();
  const spec = set().spec.template.spec;
  const template = { ...set().spec.template, spec: { ...spec, nodeSelector: { disk: "ssd" } } };
  await world.apply(DaemonSet, set({ template }));
  await playOn(world);
  assert.deepEqual(places(world), ["node-1", "node-2"]);
  const { status } = world.get(DaemonSet, "agent")!;
  assert.deepEqual(status, {
    currentNumberScheduled: 2,
    numberMisscheduled: 0,
    desiredNumberScheduled: 2,
    numberReady: 2,
    observedGeneration: 1,
    updatedNumberScheduled: 2,
    numberAvailable: 2,
  });
  await world.client.patch(Node, { name: "node-3" }, mergePatch({ metadata: { labels: { disk: "ssd" } } }), { signal });
  await world.client.patch(Node, { name: "node-1" }, mergePatch({ metadata: { labels: { disk: "hdd" } } }), { signal });
  await playOn(world);
  assert.deepEqual(places(world), ["node-2", "node-3"]);
  await world.assertQuiet();
});

for (const [strategy, rollingUpdate] of [
  ["by replacing", { maxUnavailable: 1 }],
  ["by surging", { maxSurge: 1, maxUnavailable: 0 }],
] as const) {
  test(`daemonset: updates ${strategy}, and keeps its history`, async () => {
    await using world = await worldWithNodes();
    await world.apply(DaemonSet, set({ updateStrategy: { type: "RollingUpdate", rollingUpdate } }));
    await playOn(world);
    await world.client.patch(DaemonSet, name, image, { signal });
    await playOn(world);
    assert.deepEqual(places(world), ["node-1", "node-2", "node-3"]);
    assert(world.list(Pod).every(({ spec }) => spec.containers[0]!.image === "agent:2"));
    assert.deepEqual(
      world
        .list(ControllerRevision)
        .map(({ revision }) => revision)
        .sort(),
      [1, 2],
    );
    assert.equal(world.get(DaemonSet, "agent")!.status.updatedNumberScheduled, 3);
    await world.assertQuiet();
  });
}

test("daemonset: a failed pod is replaced, each time later", async () => {
  await using world = await worldWithNodes();
  await world.apply(DaemonSet, set({ updateStrategy: { type: "OnDelete" } }));
  await playOn(world);
  for (let time = 0; time < 3; time++) {
    const victim = world.list(Pod).find((pod) => targetNode(pod) === "node-1")!;
    await playKubelet(world.client, victim, { ready: false, phase: "Failed" }, world.clock.now());
    await world.advance(10_000);
    await playOn(world);
    const next = world.list(Pod).find((pod) => targetNode(pod) === "node-1")!;
    assert.notEqual(next.metadata.uid, victim.metadata.uid);
  }
  await world.assertQuiet();
});
