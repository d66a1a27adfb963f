import assert from "node:assert/strict";
import { test } from "node:test";
import { Endpoints } from "../../api/core/v1/endpoints.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { Service } from "../../api/core/v1/service.ts";
import { EndpointSlice } from "../../api/discovery/v1/endpoint-slice.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { endpointsController } from "../endpoints/controller.ts";
import { playKubelet } from "../testing.ts";
import { endpointSliceController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = () => [endpointSliceController(), endpointsController()];

const pod = (name: string, containerPort = 80) => ({
  metadata: { name, labels: { app: "web" } },
  spec: {
    nodeName: "node-1",
    containers: [{ name: "web", image: "nginx", ports: [{ name: "http", containerPort }] }],
  },
});

async function world(): Promise<World> {
  const made = await simulate({ controllers: controllers() });
  await made.apply(Node, { metadata: { name: "node-1", labels: { "topology.kubernetes.io/zone": "a" } } });
  const spec = { selector: { app: "web" }, ports: [{ name: "web", port: 80, targetPort: "http" }] };
  await made.apply(Service, { metadata: { name: "web", labels: { team: "blue" } }, spec });
  return made;
}

async function run(made: World, name: string, podIP: string, ready = true): Promise<void> {
  await playKubelet(made.client, made.get(Pod, name)!, { ready, podIP }, made.clock.now());
}

const slicesOf = (made: World) =>
  made
    .list(EndpointSlice, "default")
    .filter(({ metadata }) => metadata.labels?.["kubernetes.io/service-name"] === "web");

test("endpointslice: names ready pods, with their node and zone, and goes quiet", async () => {
  await using made = await world();
  await made.settle();
  const [empty] = slicesOf(made);
  assert.deepEqual([empty?.endpoints ?? [], empty?.ports ?? []], [[], []], "a service without pods has an empty slice");
  await made.apply(Pod, pod("a"));
  await run(made, "a", "10.0.0.1");
  await made.settle();
  const [slice, ...more] = slicesOf(made);
  assert.equal(more.length, 0);
  assert.equal(slice!.metadata.uid, empty!.metadata.uid, "the empty slice is filled");
  assert.deepEqual(slice!.metadata.labels, {
    team: "blue",
    "kubernetes.io/service-name": "web",
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  });
  const { uid } = made.get(Pod, "a")!.metadata;
  assert.deepEqual(slice!.endpoints, [
    {
      addresses: ["10.0.0.1"],
      conditions: { ready: true, serving: true, terminating: false },
      targetRef: { kind: "Pod", namespace: "default", name: "a", uid },
      nodeName: "node-1",
      zone: "a",
    },
  ]);
  assert.deepEqual(slice!.ports, [{ name: "web", protocol: "TCP", port: 80 }]);
  const { subsets, metadata } = made.get(Endpoints, "web")!;
  assert.deepEqual(subsets, [
    {
      addresses: [
        { ip: "10.0.0.1", nodeName: "node-1", targetRef: { kind: "Pod", namespace: "default", name: "a", uid } },
      ],
      ports: [{ name: "web", port: 80, protocol: "TCP" }],
    },
  ]);
  assert.equal(metadata.labels?.["endpoints.kubernetes.io/managed-by"], "endpoint-controller");
  await made.assertQuiet();
});

test("endpointslice: pods whose named port differs are in another slice", async () => {
  await using made = await world();
  await made.apply(Pod, pod("a", 80));
  await made.apply(Pod, pod("b", 8080));
  await run(made, "a", "10.0.0.1");
  await run(made, "b", "10.0.0.2", false);
  await made.settle();
  const found = slicesOf(made).map(({ ports, endpoints }) => [
    ports![0]!.port,
    endpoints!.map(({ conditions }) => conditions.ready),
  ]);
  assert.deepEqual(found.sort(), [
    [80, [true]],
    [8080, [false]],
  ]);
  await made.client.delete(Pod, { namespace: "default", name: "b" }, { signal, gracePeriodSeconds: 0 });
  await made.settle();
  assert.equal(slicesOf(made).length, 1);
  await made.assertQuiet();
});

test("endpointslice: more than a hundred pods need more slices", async () => {
  await using made = await world();
  for (let index = 0; index < 101; index++) {
    await made.apply(Pod, pod(`p-${index}`));
    await run(made, `p-${index}`, `10.0.1.${index}`);
  }
  await made.settle();
  const sizes = slicesOf(made).map(({ endpoints }) => endpoints!.length);
  assert.equal(
    sizes.reduce((sum, size) => sum + size, 0),
    101,
  );
  assert(sizes.every((size) => size <= 100) && sizes.length === 2);
  await made.assertQuiet();
});

test("endpoints: go with their service", async () => {
  await using made = await world();
  await made.settle();
  assert(made.get(Endpoints, "web") !== undefined);
  await made.client.delete(Service, { namespace: "default", name: "web" }, { signal });
  await made.settle();
  assert.equal(made.get(Endpoints, "web"), undefined);
  await made.assertQuiet();
});
