import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { test } from "node:test";
import { facts } from "../../../api/generated/resources.ts";
import { defineKind } from "../../../api/kind.ts";
import { createLog } from "../../../base/log.ts";
import { seededRandom } from "../../../base/random.ts";
import { TaskGroup } from "../../../base/task-group.ts";
import { startInformer } from "../../../client/informer.ts";
import { startProxy } from "../../../proxy/proxy.ts";
import { defaultFrame } from "../../../proxy/rules.ts";
import { testService, testSlice } from "../../../proxy/testing.ts";
import { createObjectFeed, type ObjectFeed } from "../../sim/object-feed.ts";
import { createRecordedRules } from "../../sim/rule-engine.ts";
import { createClock } from "../clock.ts";
import { freePorts } from "../machine/testing.ts";
import { createNftablesEngine } from "./engine.ts";
import { createFlowTable } from "./flows.ts";
import { createHealthCheckServers } from "./health-checks.ts";
import { labObstacle, openLab } from "./testing/lab.ts";

const obstacle = await labObstacle();
const POD = ["", "10.244.1.11", "10.244.1.12", "10.244.1.13"] as const;

function openProxy(feed: ObjectFeed, own: Pick<Parameters<typeof startProxy>[0], "engine" | "flows" | "healthChecks">) {
  const tasks = new TaskGroup();
  const warnings: string[] = [];
  const log = createLog((level, message) => {
    if (level === "warn" || level === "error") warnings.push(message);
  });
  const parts = { client: feed.client, clock: createClock({ holdProcess: true }), random: seededRandom(7), log, tasks };
  const proxy = startProxy({
    ...parts,
    ...own,
    services: startInformer(defineKind(facts.core.v1.Service), parts),
    slices: startInformer(defineKind(facts.discovery.v1.EndpointSlice), parts),
    nodes: startInformer(defineKind(facts.core.v1.Node), parts),
    node: "here",
    frame: { ...defaultFrame, clusterNetworks: ["10.244.0.0/16"] },
  });
  const settle = async () => {
    await new Promise(setImmediate);
    await proxy.settled();
  };
  return { warnings, settle, [Symbol.asyncDispose]: () => tasks[Symbol.asyncDispose]() };
}

test(
  "a proxy over a real kernel: UDP clients follow the endpoints, a new proxy breaks no flow",
  { skip: obstacle ?? false },
  async () => {
    await using lab = await openLab();
    const feed = createObjectFeed();
    const ports = [{ name: "dns", port: 8080, protocol: "UDP" as const }];
    const slice = (...pods: readonly (1 | 2 | 3)[]) =>
      testSlice(
        "dns",
        pods.map((pod) => ({ address: POD[pod] })),
        { ports },
      );
    feed.put(
      testService("dns", { clusterIP: "10.96.0.2", ports: [{ name: "dns", protocol: "UDP", port: 53 }] }),
      slice(1),
    );
    const query = { address: "10.96.0.2", port: 53, protocol: "udp", socket: "kept" } as const;
    const start = () => {
      const engine = createNftablesEngine({ clock: createClock({ holdProcess: false }), nft: [...lab.inNode, "nft"] });
      return openProxy(feed, { engine, flows: createFlowTable([...lab.inNode, "conntrack"]) });
    };
    {
      await using first = start();
      await first.settle();
      assert.equal(await lab.peers["pod-3"].ask(query), "pod-1 10.244.1.13");
      feed.put(slice(2));
      await first.settle();
      assert.equal(await lab.peers["pod-3"].ask(query), "pod-2 10.244.1.13");
      assert.deepEqual(first.warnings, []);
    }
    feed.put(slice(1, 2, 3));
    await using second = start();
    await second.settle();
    for (let round = 0; round < 5; round++) assert.equal(await lab.peers["pod-3"].ask(query), "pod-2 10.244.1.13");
    assert.deepEqual(second.warnings, []);
  },
);

test(
  "a proxy over a real kernel: what was tried in vain with an endpoint that died is tried with another one, from the same port",
  { skip: obstacle ?? false },
  async () => {
    await using lab = await openLab();
    const feed = createObjectFeed();
    feed.put(
      testService("web", { clusterIP: "10.96.0.1", type: "NodePort", ports: [{ port: 80, nodePort: 30080 }] }),
      testSlice("web", [{ address: POD[1] }]),
    );
    const engine = createNftablesEngine({ clock: createClock({ holdProcess: false }), nft: [...lab.inNode, "nft"] });
    await using proxy = openProxy(feed, { engine, flows: createFlowTable([...lab.inNode, "conntrack"]) });
    await proxy.settle();
    const targets = [
      { address: "10.96.0.1", port: 80, localPort: 40_001, timeoutMs: 300 },
      { address: "172.30.0.1", port: 30080, localPort: 40_002, timeoutMs: 300 },
    ];
    const ask = () => Promise.all(targets.map((target) => lab.peers.outer.ask(target)));
    await lab.node("ip", "link", "set", "veth1", "down");
    assert.deepEqual(await ask(), ["timeout", "timeout"]);
    feed.put(testSlice("web", [{ address: POD[2] }]));
    await proxy.settle();
    assert.deepEqual(await ask(), ["pod-2 10.244.1.1", "pod-2 10.244.1.1"]);
    assert.deepEqual(proxy.warnings, []);
  },
);

test("health checks tell outer load balancers whether this node has endpoints", async () => {
  const feed = createObjectFeed();
  await using healthChecks = createHealthCheckServers();
  await using proxy = openProxy(feed, { engine: createRecordedRules(), healthChecks });
  const [port, taken] = (await freePorts(2)) as [number, number];
  const balanced = (name: string, address: string, healthCheckNodePort: number) =>
    testService(name, {
      type: "LoadBalancer",
      clusterIP: address,
      externalTrafficPolicy: "Local",
      healthCheckNodePort,
    });
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/`);
    const body = (await response.json()) as { readonly service: object; readonly localEndpoints: number };
    return [
      response.status,
      body.service,
      body.localEndpoints,
      response.headers.get("x-load-balancing-endpoint-weight"),
    ];
  };
  feed.put(balanced("web", "10.96.0.1", port), testSlice("web", [{ address: POD[1], node: "other" }]));
  await proxy.settle();
  assert.deepEqual(await ask(), [503, { namespace: "default", name: "web" }, 0, "0"]);
  feed.put(testSlice("web", [{ address: POD[1], node: "here" }]));
  await proxy.settle();
  assert.deepEqual(await ask(), [200, { namespace: "default", name: "web" }, 1, "1"]);
  await using other = createServer().listen(taken);
  await once(other, "listening");
  feed.put(balanced("late", "10.96.0.2", taken));
  await proxy.settle();
  assert.deepEqual(proxy.warnings, ["no health check for the service"]);
  feed.remove(balanced("web", "10.96.0.1", port));
  await proxy.settle();
  await assert.rejects(ask());
});
