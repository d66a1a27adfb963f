import assert from "node:assert/strict";
import { test } from "node:test";
import { facts } from "../api/generated/resources.ts";
import { defineKind } from "../api/kind.ts";
import { delay } from "../base/clock.ts";
import { createLog, silentLog } from "../base/log.ts";
import { seededRandom } from "../base/random.ts";
import { TaskGroup } from "../base/task-group.ts";
import { startInformer } from "../client/informer.ts";
import { createObjectFeed } from "../host/sim/object-feed.ts";
import { createRecordedRules } from "../host/sim/rule-engine.ts";
import { VirtualClock } from "../host/sim/virtual-clock.ts";
import type { Flow } from "./flows.ts";
import type { FlowTable, RuleEngine } from "./ports.ts";
import { type ProxyParts, startProxy } from "./proxy.ts";
import { defaultFrame } from "./rules.ts";
import { testService, testSlice } from "./testing.ts";

const web = testService("web", { clusterIP: "10.96.0.1" });
const KEY = "10.96.0.1 . tcp . 80";

function openWorld(more: Partial<ProxyParts> = {}) {
  const feed = createObjectFeed();
  const clock = new VirtualClock();
  const tasks = new TaskGroup();
  const rules = createRecordedRules();
  const parts = { client: feed.client, clock, random: seededRandom(7), log: silentLog, tasks };
  const proxy = startProxy({
    services: startInformer(defineKind(facts.core.v1.Service), parts),
    slices: startInformer(defineKind(facts.discovery.v1.EndpointSlice), parts),
    nodes: startInformer(defineKind(facts.core.v1.Node), parts),
    node: "here",
    frame: defaultFrame,
    engine: rules,
    ...parts,
    ...more,
  });
  const destinations = () => Object.fromEntries(rules.families.get("IPv4")?.collections["service-addresses"] ?? []);
  /** Lets everything run that is ready, with time to spare for rests and retries. */
  const settle = async () => {
    for (let turn = 0; turn < 10; turn++) await clock.advance(200);
    await proxy.settled();
  };
  return { feed, clock, rules, proxy, destinations, settle, [Symbol.asyncDispose]: () => tasks[Symbol.asyncDispose]() };
}

test("proxy: rules follow services and endpoints, and a settled world stays quiet", async () => {
  await using world = openWorld();
  world.feed.put(web);
  await world.settle();
  await world.proxy.ready;
  assert.deepEqual(world.destinations(), {});
  world.feed.put(testSlice("web", [{ address: "10.244.1.1" }]));
  await world.settle();
  assert.deepEqual(world.destinations(), { [KEY]: "goto cluster/default/web//tcp" });
  const before = world.rules.transactions;
  await world.clock.advance(600_000);
  assert.equal(world.rules.transactions, before);
  world.feed.remove(web);
  await world.settle();
  assert.deepEqual(world.destinations(), {});
});

test("proxy: a burst of changes becomes few transactions", async () => {
  await using world = openWorld();
  await world.settle();
  const before = world.rules.transactions;
  for (let index = 1; index <= 200; index++)
    world.feed.put(testService(`s${index}`, { clusterIP: `10.97.0.${index}` }));
  await world.settle();
  assert(world.rules.transactions - before <= 2, `${world.rules.transactions - before} transactions`);
});

test("proxy: a slice that moves to another service leaves the first", async () => {
  await using world = openWorld();
  world.feed.put(web, testService("api", { clusterIP: "10.96.0.2" }), testSlice("web", [{ address: "10.244.1.1" }]));
  await world.settle();
  world.feed.put(testSlice("api", [{ address: "10.244.1.1" }], { name: "web-a" }));
  await world.settle();
  assert.deepEqual(Object.keys(world.destinations()), ["10.96.0.2 . tcp . 80"]);
});

test("proxy: a failed transaction is followed by a whole replacement", async () => {
  const errors: string[] = [];
  const log = createLog((level, message) => void (level === "error" && errors.push(message)));
  await using world = openWorld({ log });
  world.feed.put(web);
  await world.settle();
  world.rules.flush();
  world.feed.put(testSlice("web", [{ address: "10.244.1.1" }]));
  await world.settle();
  assert.deepEqual(errors, ["applying the service rules failed, trying again"]);
  assert.deepEqual(world.destinations(), { [KEY]: "goto cluster/default/web//tcp" });
});

test("proxy: rules that somebody flushed come back by themselves", async () => {
  await using world = openWorld();
  world.feed.put(web, testSlice("web", [{ address: "10.244.1.1" }]));
  await world.settle();
  world.rules.flush();
  await world.clock.advance(90_000);
  assert.deepEqual(world.destinations(), { [KEY]: "goto cluster/default/web//tcp" });
});

test("proxy: a change does not wait for the comparison of the rules", async () => {
  const rules = createRecordedRules();
  let comparisons = 0;
  const engine: RuleEngine = {
    apply: (...given) => rules.apply(...given),
    remove: (...given) => rules.remove(...given),
    holds(_rules, { signal }) {
      comparisons += 1;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
      });
    },
  };
  const errors: string[] = [];
  const log = createLog((level, message) => void (level === "error" && errors.push(message)));
  await using world = openWorld({ engine, log });
  world.feed.put(web);
  await world.settle();
  await world.clock.advance(70_000);
  assert.equal(comparisons, 1);
  world.feed.put(testSlice("web", [{ address: "10.244.1.1" }]));
  await world.settle();
  assert.equal(rules.families.get("IPv4")!.collections["service-addresses"].size, 1);
  await world.clock.advance(70_000);
  assert.equal(comparisons, 2, "it is done again");
  assert.deepEqual(errors, []);
});

test("proxy: TCP flows to endpoints that are gone are looked for at once, and then from time to time", async () => {
  const flow = (address: string): Flow => ({
    frontend: { address: "10.96.0.1", port: 80 },
    endpoint: { address, port: 8080 },
  });
  let tried: Flow[] = [];
  let looks = 0;
  const flows: FlowTable = {
    async list(_family, protocol, { signal }) {
      if (protocol === "tcp") looks += 1;
      await delay(world.clock, 50, { signal });
      return protocol === "tcp" ? tried : [];
    },
    async forget(_family, _protocol, stale) {
      tried = tried.filter(({ endpoint }) => !stale.some((other) => other.endpoint.address === endpoint.address));
    },
  };
  await using world = openWorld({ flows });
  const slice = (...last: readonly number[]) =>
    testSlice(
      "web",
      last.map((number) => ({ address: `10.244.1.${number}` })),
    );
  world.feed.put(web, slice(1, 2, 3, 4));
  await world.settle();
  looks = 0;
  tried = [flow("10.244.1.1"), flow("10.244.1.2"), flow("10.244.1.3"), flow("10.244.1.4")];
  for (const left of [[2, 3, 4], [3, 4], [4]]) {
    world.feed.put(slice(...left));
    await world.clock.advance(200);
    assert.equal(looks, 1);
  }
  assert.equal(tried.length, 3);
  await world.clock.advance(1_000);
  assert.equal(looks, 2);
  assert.deepEqual(tried, [flow("10.244.1.4")]);
  await world.clock.advance(10_000);
  assert.equal(looks, 2);
});

test("proxy: the node's zone decides which hints are followed", async () => {
  await using world = openWorld();
  const hinted = (address: string, zone: string) => ({ address, hints: { forZones: [{ name: zone }] } });
  world.feed.put(web, testSlice("web", [hinted("10.244.1.1", "east"), hinted("10.244.1.2", "west")]));
  await world.settle();
  const chain = () => world.rules.families.get("IPv4")!.chains.get("cluster/default/web//tcp");
  assert.match(JSON.stringify(chain()), /10\.244\.1\.1.*10\.244\.1\.2/);
  const labels = { "topology.kubernetes.io/zone": "west" };
  world.feed.put({
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...web.metadata, name: "here", namespace: "", labels },
  });
  await world.settle();
  assert.doesNotMatch(JSON.stringify(chain()), /10\.244\.1\.1/);
});
