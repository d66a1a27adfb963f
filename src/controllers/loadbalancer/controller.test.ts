import assert from "node:assert/strict";
import { test } from "node:test";
import { Node } from "../../api/core/v1/node.ts";
import { Service } from "../../api/core/v1/service.ts";
import { parseIpRanges } from "../../base/ip-range.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import type { Draft } from "../../machinery/object.ts";
import { loadBalancerController } from "./controller.ts";
import { addressesIn } from "./plan.ts";

const { signal } = new AbortController();
const wanted = (name: string, spec: object = {}) =>
  ({ metadata: { name }, spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec } }) as unknown as Draft<Service>;
const addresses = (world: World, name: string) => addressesIn(world.get(Service, name)!);
const change = (world: World, name: string, spec: object) =>
  world.client.patch(Service, { namespace: "default", name }, mergePatch({ spec }), { signal });

test("load balancers: addresses are given, wait, and are free again", async () => {
  const ranges = parseIpRanges("192.0.2.1-192.0.2.2");
  await using world = await simulate({ controllers: [loadBalancerController({ ranges, reservedPorts: [] })] });
  for (const name of ["a", "b", "c"]) await world.apply(Service, wanted(name));
  await world.apply(Service, wanted("theirs", { loadBalancerClass: "example.com/theirs" }));
  await world.settle();
  const given = ["a", "b", "c"].map((name) => addresses(world, name));
  assert.deepEqual(given.toSorted(), [[], ["192.0.2.1"], ["192.0.2.2"]]);
  assert.deepEqual(addresses(world, "theirs"), []);
  assert.equal(world.get(Service, "a")!.status.loadBalancer.ingress?.[0]?.ipMode, "VIP");
  await world.assertQuiet();
  await world.client.delete(Service, { namespace: "default", name: "a" });
  await world.settle();
  assert.deepEqual(addresses(world, "c"), ["192.0.2.1"]);
  await change(world, "b", { type: "ClusterIP", externalTrafficPolicy: null, allocateLoadBalancerNodePorts: null });
  await world.apply(Service, wanted("d", { loadBalancerIP: "192.0.2.2" }));
  await world.settle();
  assert.deepEqual(addresses(world, "b"), []);
  assert.deepEqual(addresses(world, "d"), ["192.0.2.2"]);
  await world.assertQuiet();
});

test("load balancers: without a range, the live nodes' own addresses", async () => {
  const controllers = [loadBalancerController({ ranges: undefined, reservedPorts: [] })];
  await using world = await simulate({ controllers });
  const live = async (name: string, address: string, status: "True" | "Unknown") => {
    const conditions = [{ type: "Ready", status, lastHeartbeatTime: null, lastTransitionTime: null }];
    const patch = mergePatch({ status: { conditions, addresses: [{ type: "InternalIP", address }] } });
    await world.client.patch(Node, { name }, patch, { signal, subresource: "status" });
    await world.settle();
  };
  await world.apply(Service, wanted("web"));
  await world.settle();
  assert.deepEqual(addresses(world, "web"), []);
  for (const [name, address] of [
    ["n1", "10.0.0.1"],
    ["n2", "10.0.0.2"],
  ] as const) {
    await world.apply(Node, { metadata: { name } });
    await live(name, address, "True");
  }
  assert.deepEqual(addresses(world, "web"), ["10.0.0.1", "10.0.0.2"]);
  await live("n1", "10.0.0.1", "Unknown");
  assert.deepEqual(addresses(world, "web"), ["10.0.0.2"]);
  await world.assertQuiet();
});
