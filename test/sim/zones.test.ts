import assert from "node:assert/strict";
import { test } from "node:test";
import { Lease } from "../../src/api/coordination/v1/lease.ts";
import { Node } from "../../src/api/core/v1/node.ts";
import { mergePatch } from "../../src/client/client.ts";
import { simulate, type World } from "../../src/cluster/testing.ts";
import type { Draft } from "../../src/machinery/object.ts";
import { formatMicroTime, formatTime } from "../../src/machinery/time.ts";
import { nodeLifecycleController } from "../../src/controllers/nodelifecycle/controller.ts";
import { isNodeReady, zoneOf } from "../../src/controllers/nodelifecycle/zones.ts";

/** How many nodes each zone has, and how many of ten die. */
const ZONES = {
  whole: { nodes: 2_500, dying: 10 },
  most: { nodes: 1_500, dying: 7 },
  small: { nodes: 50, dying: 7 },
  few: { nodes: 950, dying: 1 },
};
const LABEL = "topology.kubernetes.io/zone";
const BEAT_MS = 40_000;
const LEASES = "kube-node-lease";

interface Machine {
  readonly name: string;
  readonly zone: string;
  readonly dies: boolean;
}

const machines: readonly Machine[] = Object.entries(ZONES).flatMap(([zone, { nodes, dying }]) =>
  Array.from({ length: nodes }, (_, index) => ({ name: `${zone}-${index}`, zone, dies: index % 10 < dying })),
);

async function register(world: World, { name, zone }: Machine): Promise<void> {
  const at = formatTime(world.clock.now());
  const conditions = [{ type: "Ready", status: "True", lastHeartbeatTime: at, lastTransitionTime: at }];
  const metadata = { name, labels: { [LABEL]: zone } };
  await world.client.create(Node, { metadata, status: { conditions } } as unknown as Draft<Node>);
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: formatMicroTime(world.clock.now()) };
  await world.client.create(Lease, { metadata: { namespace: LEASES, name }, spec } as Draft<Lease>);
}

/** Lets time pass in which some machines give signs of life. */
async function live(world: World, ms: number, alive: readonly Machine[]): Promise<void> {
  for (let passed = 0; passed < ms; passed += BEAT_MS) {
    const beat = mergePatch({ spec: { renewTime: formatMicroTime(world.clock.now()) } });
    await Promise.all(alive.map(({ name }) => world.client.patch(Lease, { namespace: LEASES, name }, beat)));
    await world.advance(BEAT_MS);
  }
}

/** By zone: how many nodes are not ready, and from how many of them pods are driven away. */
function counted(world: World): Record<string, readonly [number, number]> {
  const counts: Record<string, readonly [number, number]> = {};
  for (const node of world.list(Node)) {
    const zone = zoneOf(node).slice(1);
    const [silent, emptied] = counts[zone] ?? [0, 0];
    const isEmptied = node.spec.taints?.some(({ effect }) => effect === "NoExecute") === true;
    counts[zone] = [silent + Number(!isNodeReady(node)), emptied + Number(isEmptied)];
  }
  return counts;
}

test("5,000 nodes in zones of which some fail: pods are driven away at the pace that Kubernetes documents", async () => {
  await using world = await simulate({ controllers: [nodeLifecycleController()], frozen: false });
  await Promise.all(machines.map((machine) => register(world, machine)));
  const alive = machines.filter(({ dies }) => !dies);
  await live(world, 120_000, alive);
  const first = counted(world);
  const silent = Object.fromEntries(Object.entries(first).map(([zone, [count]]) => [zone, count]));
  assert.deepEqual(silent, { whole: 2_500, most: 1_050, small: 35, few: 95 });
  await live(world, 200_000, alive);
  const second = counted(world);
  const emptied = (zone: keyof typeof ZONES) => second[zone]![1] - first[zone]![1];
  // A node in ten seconds; in a large zone of which most is gone one in a hundred; in a small such zone none.
  assert.deepEqual([emptied("whole"), emptied("most"), emptied("small"), emptied("few")], [20, 2, 0, 20]);
  // Nobody is left: the fault is thought to be the control plane's own, and all are spared.
  await live(world, 120_000, []);
  for (const [zone, [, count]] of Object.entries(counted(world))) assert.equal(count, 0, zone);
});
