import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Service } from "../api/generated/core-v1.ts";
import { facts } from "../api/generated/resources.ts";
import { defineKind } from "../api/kind.ts";
import { parseIpRanges } from "../base/ip-range.ts";
import { silentLog } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { startInformer } from "../client/informer.ts";
import { createNeighbourWires } from "../host/sim/neighbour-wires.ts";
import { createObjectFeed } from "../host/sim/object-feed.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import { startAnnouncing } from "./announcing.ts";
import type { NetworkEngine } from "./ports.ts";

const NAMES = ["a", "b", "c"];
const ADDRESS = "192.0.2.100";
/** Six beats of half a second, and one that was about to come. */
const SOON_MS = 3_600;

/** Nodes on a link, and a client there that remembers who told it last to have the address. */
async function openWorld() {
  const feed = createObjectFeed();
  const clock = new VirtualClock();
  const tasks = new TaskGroup();
  const wires = createNeighbourWires(clock);
  const holders = new Set<string>();
  let remembered: string | undefined;
  const parts = { client: feed.client, clock, random: seededRandom(7), log: silentLog, tasks };
  for (const [index, name] of NAMES.entries()) {
    const engine: Pick<NetworkEngine, "look" | "announce"> = {
      look: () =>
        Promise.resolve({
          links: [{ network: "192.0.2.0/24", device: "eth0" }],
          uplink: { device: "eth0", mtu: 1500 },
        }),
      announce(announcements, _ranges, { anew }) {
        const isNew = !holders.has(name);
        if (announcements.length > 0) holders.add(name);
        else holders.delete(name);
        if (holders.has(name) && (isNew || anew)) remembered = name;
        return Promise.resolve();
      },
    };
    startAnnouncing({
      ...parts,
      ownName: name,
      ranges: parseIpRanges("192.0.2.100-192.0.2.120")!,
      nodes: startInformer(defineKind<Node>(facts.core.v1.Node), parts),
      services: startInformer(defineKind<Service>(facts.core.v1.Service), parts),
      slices: startInformer(defineKind(facts.discovery.v1.EndpointSlice), parts),
      engine: engine as NetworkEngine,
      wire: wires.wireOf(`192.0.2.${index + 1}`),
    });
    feed.put(node(name, index));
  }
  const settle = async (ms: number) => {
    for (let passed = 0; passed < ms; passed += 100) await clock.advance(100);
  };
  await settle(1_000);
  return {
    feed,
    wires,
    settle,
    /** Who has the address, and who the client believes has it. */
    state: () => ({ holders: [...holders].toSorted().join(), remembered }),
    addressOf: (name: string) => `192.0.2.${NAMES.indexOf(name) + 1}`,
    [Symbol.asyncDispose]: () => tasks[Symbol.asyncDispose](),
  };
}

test("announcing: a node that falls silent loses its address within seconds, and has it again when it is heard", async () => {
  await using world = await openWorld();
  world.feed.put(service());
  await world.settle(1_000);
  const first = world.state().remembered!;
  assert.deepEqual(world.state(), { holders: first, remembered: first });
  world.wires.cut(world.addressOf(first));
  await world.settle(SOON_MS);
  const second = world.state().remembered!;
  assert.notEqual(second, first);
  // Its kernel answers on, until its agent is there again.
  assert.equal(world.state().holders, [first, second].toSorted().join());
  world.wires.mend();
  await world.settle(1_500);
  assert.deepEqual(world.state(), { holders: first, remembered: first });
});

test("announcing: where the link is cut each side answers, and after that the one who should is remembered", async () => {
  await using world = await openWorld();
  world.feed.put(service());
  await world.settle(1_000);
  const first = world.state().remembered!;
  for (const other of NAMES.filter((name) => name !== first)) {
    world.wires.cut(world.addressOf(first), world.addressOf(other));
    world.wires.cut(world.addressOf(other), world.addressOf(first));
  }
  await world.settle(SOON_MS);
  assert.equal(world.state().holders.split(",").length, 2);
  world.wires.mend();
  await world.settle(1_500);
  assert.deepEqual(world.state(), { holders: first, remembered: first });
});

test("announcing: one that was never heard is left to Kubernetes, and without such services nothing is sent", async () => {
  await using world = await openWorld();
  await world.settle(60_000);
  assert.equal(world.wires.sent, 0);
  for (const name of NAMES) world.wires.cut(world.addressOf(name));
  world.feed.put(service());
  await world.settle(60_000);
  const first = world.state().remembered!;
  assert.deepEqual(world.state(), { holders: first, remembered: first });
  world.feed.put(node(first, NAMES.indexOf(first), "Unknown"));
  await world.settle(1_000);
  assert.notEqual(world.state().remembered, first);
  assert.equal(world.state().holders, world.state().remembered);
});

function node(name: string, index: number, ready = "True"): Node {
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { name, uid: name, annotations: { "wherry.dev/links": "192.0.2.0/24" } },
    spec: {},
    status: {
      conditions: [{ type: "Ready", status: ready }],
      addresses: [{ type: "InternalIP", address: `192.0.2.${index + 1}` }],
    },
  } as unknown as Node;
}

function service(): Service {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: "web", namespace: "default", uid: "web" },
    spec: { type: "LoadBalancer" },
    status: { loadBalancer: { ingress: [{ ip: ADDRESS }] } },
  } as unknown as Service;
}
