import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../../api/generated/core-v1.ts";
import { silentLog } from "../../../base/log.ts";
import { TaskGroup } from "../../../base/task-group.ts";
import { mergePatch, strategicPatch } from "../../../client/client.ts";
import { startInformer } from "../../../client/informer.ts";
import type { World } from "../../../cluster/testing.ts";
import { simulate } from "../../../cluster/testing.ts";
import { LeaseKind, NodeKind, PodKind, ServiceAccountKind, ServiceKind } from "../../../kubelet/kinds.ts";
import { sharedPodFeed } from "../../../kubelet/node/pod-feed.ts";
import type { Draft } from "../../../machinery/object.ts";
import type { SimNode } from "./sim-kubelet.ts";
import { simNode } from "./sim-kubelet.ts";

test("a node registers itself and keeps its lease alive", async () => {
  await using world = await worldWithNode();
  const node = world.get(NodeKind, "node-1");
  assert.equal(node?.status.conditions?.find(({ type }) => type === "Ready")?.status, "True");
  assert.equal(node?.status.capacity?.["cpu"], "32");
  const before = world.get(LeaseKind, "node-1", "kube-node-lease")?.spec.renewTime;
  await world.advance(25_000);
  assert.notEqual(world.get(LeaseKind, "node-1", "kube-node-lease")?.spec.renewTime, before);
});

test("a pod comes to run, with addresses and conditions", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("web"));
  await world.settle();
  const { status } = world.get(PodKind, "web")!;
  assert.equal(status.phase, "Running");
  assert.equal(status.podIP, "10.0.0.2");
  assert.equal(status.hostIP, "172.16.0.0");
  assert.deepEqual(
    status.conditions?.map(({ type, status }) => `${type} ${status}`),
    ["PodReadyToStartContainers True", "Initialized True", "Ready True", "ContainersReady True", "PodScheduled True"],
  );
  const [container] = status.containerStatuses ?? [];
  assert.match(container?.containerID ?? "", /^simulated:\/\/[0-9a-f]{32}$/);
  assert.equal(container?.restartCount, 0);
  assert.deepEqual(world.events, [
    'Pulled Container image "nginx:1" already present on machine and can be accessed by the pod',
    "Created Container created",
    "Started Container started",
  ]);
});

test("a pod is refused by what the node is now, not by what was seen of it last", async () => {
  await using world = await worldWithNode();
  const setTaints = (taints: readonly object[]) =>
    world.act((signal) =>
      world.client.patch(NodeKind, { name: "node-1" }, mergePatch({ spec: { taints } }), { signal }),
    );
  await setTaints([{ key: "maintenance", effect: "NoExecute" }]);
  // A kubelet that starts sees the node as it is then.
  await world.restartKubelet();
  await world.settle();
  await setTaints([]);
  await world.apply(PodKind, pod("late"));
  await world.settle();
  assert.equal(world.get(PodKind, "late")?.status.phase, "Running");
});

test("a deleted pod is stopped and its object goes", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("web"));
  await world.settle();
  await world.act((signal) => world.client.delete(PodKind, { namespace: "default", name: "web" }, { signal }));
  await world.advance(250);
  assert.equal(world.get(PodKind, "web"), undefined, "gone within 250 ms");
  await world.advance(100);
  assert.deepEqual(await world.node.runtime.sandboxes(), []);
  assert.equal(world.node.kubelet.worker("default", "web"), undefined);
});

test("a container that fails again and again is restarted with growing delays", async () => {
  await using world = await worldWithNode();
  const annotations = { "sim.wherry.dev/exit-after": "1s", "sim.wherry.dev/exit-code": "3" };
  await world.apply(PodKind, pod("crash", { annotations }));
  await world.advance(3_000);
  const { status } = world.get(PodKind, "crash")!;
  const [container] = status.containerStatuses ?? [];
  assert.equal(status.phase, "Running");
  assert.equal(container?.restartCount, 1);
  assert.equal(container?.state?.waiting?.reason, "CrashLoopBackOff");
  assert.match(
    container?.state?.waiting?.message ?? "",
    /^back-off 10s restarting failed container=main pod=crash_default\(/,
  );
  assert.equal(container?.lastState?.terminated?.exitCode, 3);
  await world.advance(12_000);
  assert.equal(world.get(PodKind, "crash")?.status.containerStatuses?.[0]?.restartCount, 2);
});

test("an image that is not there: ErrImagePull, then ImagePullBackOff", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("nope", {}, "missing/app:1"));
  await world.advance(2_500);
  const waiting = () => world.get(PodKind, "nope")?.status.containerStatuses?.[0]?.state?.waiting;
  assert.equal(waiting()?.reason, "ErrImagePull");
  await world.advance(2_500);
  assert.equal(waiting()?.reason, "ImagePullBackOff");
  assert.match(waiting()?.message ?? "", /^Back-off pulling image "missing\/app:1": ErrImagePull: failed to pull/);
});

test("a job's pod succeeds and stays", async () => {
  await using world = await worldWithNode();
  const annotations = { "sim.wherry.dev/exit-after": "2s" };
  await world.apply(PodKind, pod("job", { annotations }, "busybox:1", { restartPolicy: "Never" }));
  await world.settle();
  const { status } = world.get(PodKind, "job")!;
  assert.equal(status.phase, "Succeeded");
  assert.equal(status.containerStatuses?.[0]?.state?.terminated?.reason, "Completed");
  assert.equal(status.conditions?.find(({ type }) => type === "Ready")?.reason, "PodCompleted");
});

test("readiness follows the probe", async () => {
  await using world = await worldWithNode();
  const annotations = { "sim.wherry.dev/healthy-after": "5s", "sim.wherry.dev/unhealthy-after": "30s" };
  const readinessProbe = {
    httpGet: { port: 80, path: "/" },
    periodSeconds: 1,
    failureThreshold: 2,
    timeoutSeconds: 1,
    successThreshold: 1,
  };
  await world.apply(PodKind, pod("web", { annotations }, "nginx:1", {}, { readinessProbe }));
  const ready = () => world.get(PodKind, "web")?.status.containerStatuses?.[0]?.ready;
  await world.advance(3_000);
  assert.equal(ready(), false);
  await world.advance(5_000);
  assert.equal(ready(), true);
  await world.advance(27_000);
  assert.equal(ready(), false);
  assert(world.events.includes("Unhealthy Readiness probe failed: HTTP probe failed with statuscode: 500"));
});

test("a container that gets another image is told of as ready all the while", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("web"));
  await world.settle();
  await world.act((signal) =>
    world.client.patch(
      PodKind,
      { namespace: "default", name: "web" },
      strategicPatch({ spec: { containers: [{ name: "main", image: "nginx:2" }] } }),
      { signal },
    ),
  );
  const told = new Set<string>();
  for (let ms = 0; ms < 5_000; ms += 5) {
    await world.advance(5);
    const [container] = world.get(PodKind, "web")!.status.containerStatuses ?? [];
    told.add(`${container?.image} ready ${container?.ready} restarts ${container?.restartCount}`);
  }
  assert.deepEqual([...told], ["nginx:1 ready true restarts 0", "nginx:2 ready true restarts 1"]);
});

test("a pod that does not fit is refused", async () => {
  await using world = await worldWithNode();
  const resources = { requests: { cpu: "64" } };
  await world.apply(PodKind, pod("big", {}, "nginx:1", {}, { resources }));
  await world.settle();
  const { status } = world.get(PodKind, "big")!;
  assert.equal(status.phase, "Failed");
  assert.equal(status.reason, "OutOfcpu");
  assert.equal(
    status.message,
    "Pod was rejected: Node didn't have enough resource: cpu, requested: 64000, used: 0, capacity: 32000",
  );
});

test("a restarted kubelet takes up its pods and restarts nothing", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("web"));
  await world.settle();
  const before = world.get(PodKind, "web")!.status;
  await world.restartKubelet();
  await world.settle();
  assert.deepEqual(world.get(PodKind, "web")!.status, before);
  assert.equal((await world.node.runtime.containers()).length, 1);
});

test("a restarted kubelet asks no container again whether it has started", async () => {
  await using world = await worldWithNode();
  const probe = {
    exec: { command: ["ask"] },
    periodSeconds: 1,
    failureThreshold: 1,
    timeoutSeconds: 1,
    successThreshold: 1,
  };
  const annotations = { "sim.wherry.dev/unhealthy-after": "30s" };
  await world.apply(PodKind, pod("web", { annotations }, "nginx:1", {}, { startupProbe: probe }));
  await world.advance(60_000);
  await world.restartKubelet();
  await world.advance(10_000);
  const [container] = world.get(PodKind, "web")!.status.containerStatuses ?? [];
  assert.deepEqual([container?.restartCount, container?.started, container?.ready], [0, true, true]);
});

test("a node that shuts down ends its pods in order, and takes no more", async () => {
  await using world = await worldWithNode();
  await world.apply(PodKind, pod("web", {}, "nginx:1", {}, { terminationGracePeriodSeconds: 60 }));
  await world.apply(PodKind, pod("vital", {}, "nginx:1", {}, { priority: 2_000_000_000 }));
  await world.settle();
  let done = false;
  void world.node.kubelet.shutDown({ podsSeconds: 20, criticalSeconds: 10 }).then(() => (done = true));
  await world.advance(0);
  const ready = world.get(NodeKind, "node-1")?.status.conditions?.find(({ type }) => type === "Ready");
  assert.deepEqual([ready?.status, ready?.message], ["False", "node is shutting down"]);
  await world.apply(PodKind, pod("late"));
  await world.advance(5_000);
  assert(done);
  for (const name of ["web", "vital"]) {
    const { status } = world.get(PodKind, name)!;
    assert.deepEqual([status.phase, status.reason], ["Failed", "Terminated"]);
    const disrupted = status.conditions?.find(({ type }) => type === "DisruptionTarget");
    assert.equal(disrupted?.reason, "TerminationByKubelet");
  }
  const { status } = world.get(PodKind, "late")!;
  assert.deepEqual([status.phase, status.reason], ["Failed", "NodeShutdown"]);
  assert.equal((await world.node.runtime.containers()).filter(({ state }) => state === "running").length, 0);
});

interface KubeletWorld extends World {
  readonly node: SimNode;
  readonly events: string[];
  act<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  restartKubelet(): Promise<void>;
}

async function worldWithNode(): Promise<KubeletWorld> {
  const world = await simulate({ seed: 3 });
  const events: string[] = [];
  const outer = new AbortController();
  let tasks = new TaskGroup(outer.signal);
  const begin = (runtime?: SimNode["runtime"]): SimNode => {
    const parts = { client: world.client, clock: world.clock, random: world.random, log: silentLog, tasks };
    return simNode({
      ...parts,
      ...(runtime === undefined ? {} : { runtime }),
      nodeName: "node-1",
      index: 0,
      pods: sharedPodFeed(parts),
      services: startInformer(ServiceKind, parts),
      recorder: {
        record: (target, _type, reason, message) => void (isPod(target) && events.push(`${reason} ${message}`)),
      },
    });
  };
  let node = begin();
  void node.kubelet.start();
  await world.apply(ServiceAccountKind, { metadata: { name: "default" } });
  await world.settle();
  Object.defineProperty(world, "node", { get: () => node });
  return Object.assign(world as KubeletWorld, {
    events,
    async act<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
      const done = work(outer.signal);
      await world.advance(0);
      return await done;
    },
    async restartKubelet() {
      tasks.abort();
      tasks = new TaskGroup(outer.signal);
      node = begin(node.runtime);
      void node.kubelet.start();
      await world.advance(0);
    },
    async [Symbol.asyncDispose]() {
      outer.abort();
      await tasks.done();
      await Object.getPrototypeOf(world)[Symbol.asyncDispose].call(world);
    },
  });
}

function isPod(target: object): boolean {
  return (("object" in target ? target.object : target) as { kind: string }).kind === "Pod";
}

function pod(
  name: string,
  metadata: object = {},
  image = "nginx:1",
  spec: object = {},
  container: object = {},
): Draft<Pod> {
  return {
    metadata: { name, ...metadata },
    spec: {
      nodeName: "node-1",
      restartPolicy: "Always",
      terminationGracePeriodSeconds: 30,
      containers: [{ name: "main", image, resources: {}, ...container }],
      ...spec,
    },
  } as Draft<Pod>;
}
