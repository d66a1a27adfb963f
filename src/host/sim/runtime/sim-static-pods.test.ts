import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../../api/generated/core-v1.ts";
import { silentLog } from "../../../base/log.ts";
import { TaskGroup } from "../../../base/task-group.ts";
import { createClient } from "../../../client/client.ts";
import { startInformer } from "../../../client/informer.ts";
import { simulate, type World } from "../../../cluster/testing.ts";
import { NodeKind, PodKind, ServiceKind } from "../../../kubelet/kinds.ts";
import { ownPodFeed } from "../../../kubelet/node/pod-feed.ts";
import { MemoryDisk } from "../disk/memory-disk.ts";
import { type SimNode, simNode } from "./sim-kubelet.ts";

const FOLDER = "/manifests";
const NODE = "node-1";
const USER = { name: `system:node:${NODE}`, uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };

test("a file appears: its pod runs, and its mirror tells how it is", async () => {
  await using world = await worldWithFolder();
  await world.write("web.yaml", manifest("nginx:1"));
  await world.settle();
  const mirror = world.mirror("web-node-1");
  assert(mirror !== undefined);
  const { metadata, spec, status } = mirror;
  const annotations = metadata.annotations ?? {};
  const hash = annotations["kubernetes.io/config.hash"] ?? "";
  assert.match(hash, /^[0-9a-f]{32}$/);
  assert.equal(annotations["kubernetes.io/config.mirror"], hash);
  assert.equal(annotations["kubernetes.io/config.source"], "file");
  assert.match(annotations["kubernetes.io/config.seen"] ?? "", /^\d{4}-.*Z$/);
  const { uid } = world.get(NodeKind, NODE)!.metadata;
  const owner = { apiVersion: "v1", kind: "Node", name: NODE, uid, controller: true };
  assert.deepEqual(metadata.ownerReferences, [owner]);
  assert.deepEqual(metadata.labels, { app: "web" });
  assert.equal(spec.nodeName, NODE);
  assert.deepEqual(
    spec.tolerations?.filter(({ key }) => key === undefined),
    [{ operator: "Exists", effect: "NoExecute" }],
  );
  assert.equal(spec.containers[0]?.imagePullPolicy, "IfNotPresent", "defaulted");
  assert.equal(status.phase, "Running");
  assert.equal(status.containerStatuses?.[0]?.ready, true);
  assert.deepEqual(await world.running(), ["nginx:1"]);
  await world.assertQuiet();
});

test("a file that changes: another pod takes over, and the mirror is another", async () => {
  await using world = await worldWithFolder({ "web.yaml": manifest("nginx:1") });
  const before = world.mirror("web-node-1")!.metadata;
  await world.write("web.yaml", manifest("nginx:2"));
  await world.settle();
  const { metadata, spec, status } = world.mirror("web-node-1")!;
  assert.notEqual(metadata.uid, before.uid);
  assert.notEqual(
    metadata.annotations?.["kubernetes.io/config.hash"],
    before.annotations?.["kubernetes.io/config.hash"],
  );
  assert.equal(spec.containers[0]?.image, "nginx:2");
  assert.equal(status.phase, "Running");
  assert.deepEqual(await world.running(), ["nginx:2"]);
});

test("a file that disappears: pod and mirror go", async () => {
  await using world = await worldWithFolder({ "web.yaml": manifest("nginx:1") });
  await world.remove("web.yaml");
  await world.settle();
  assert.equal(world.mirror("web-node-1"), undefined);
  assert.deepEqual(await world.node.runtime.sandboxes(), []);
});

for (const gracePeriodSeconds of [undefined, 0]) {
  test(`a mirror that is deleted (grace ${gracePeriodSeconds ?? "of the pod"}) comes again, and the containers run on`, async () => {
    await using world = await worldWithFolder({ "web.yaml": manifest("nginx:1") });
    const [before] = await world.node.runtime.containers();
    const { uid } = world.mirror("web-node-1")!.metadata;
    const options = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
    await world.client.delete(PodKind, { namespace: "default", name: "web-node-1" }, options);
    await world.settle();
    const mirror = world.mirror("web-node-1")!;
    assert.notEqual(mirror.metadata.uid, uid);
    assert.equal(mirror.metadata.deletionTimestamp, undefined);
    assert.equal(mirror.status.containerStatuses?.[0]?.ready, true);
    assert.deepEqual(
      (await world.node.runtime.containers()).map(({ id }) => id),
      [before?.id],
    );
  });
}

test("without an API server static pods run; their mirrors come when it does", async () => {
  await using world = await worldWithFolder({}, "not started");
  await world.write("web.yaml", manifest("nginx:1"));
  world.reach(false);
  world.start();
  await world.advance(5_000);
  assert.deepEqual(await world.running(), ["nginx:1"]);
  assert.equal(world.list(PodKind).length, 0);
  world.reach(true);
  // The kubelet tries again by then, as do its watches.
  await world.advance(30_000);
  assert.equal(world.mirror("web-node-1")?.status.phase, "Running");
});

test("a kubelet that starts anew takes up its static pods, and ends those whose files are gone", async () => {
  await using world = await worldWithFolder({ "web.yaml": manifest("nginx:1"), "old.yaml": manifest("old:1", "old") });
  const before = world.mirror("web-node-1")!.metadata.uid;
  await world.kill();
  await world.remove("old.yaml");
  world.start();
  await world.settle();
  assert.equal(world.mirror("web-node-1")?.metadata.uid, before);
  assert.equal(world.mirror("web-node-1")?.status.containerStatuses?.[0]?.restartCount, 0);
  assert.equal(world.mirror("old-node-1"), undefined);
  assert.deepEqual(await world.running(), ["nginx:1"]);
});

const BAD: readonly (readonly [what: string, text: string])[] = [
  ["no YAML", "a: [b"],
  ["no object", "nothing"],
  ["another kind", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"],
  ["a list, which Kubernetes takes from no file", JSON.stringify({ apiVersion: "v1", kind: "PodList", items: [] })],
  ["no name", manifest("nginx:2", "")],
  ["an invalid pod", manifest("nginx:2", "web", { restartPolicy: "Sometimes" })],
  ["an account", manifest("nginx:2", "web", { serviceAccountName: "default" })],
  ["a secret", manifest("nginx:2", "web", { volumes: [{ name: "a", secret: { secretName: "a" } }] })],
  ["a wrong type", manifest("nginx:2", "web", { hostNetwork: "perhaps" })],
];

for (const [what, text] of BAD) {
  test(`a file with ${what} changes nothing`, async () => {
    await using world = await worldWithFolder({ "web.yaml": manifest("nginx:1") });
    const before = world.mirror("web-node-1");
    await world.write("web.yaml", text);
    await world.write("another.yaml", text);
    await world.settle();
    assert.deepEqual(world.mirror("web-node-1"), before);
    assert.deepEqual(await world.running(), ["nginx:1"]);
    assert.equal(world.list(PodKind).length, 1);
  });
}

test("hidden files and folders are no manifests; of several documents the first counts", async () => {
  await using world = await worldWithFolder();
  await world.disk.makeDirectory(`${FOLDER}/more`, 0o755);
  await world.write(".web.yaml.swp", manifest("hidden:1"));
  await world.write("web.yaml", `${manifest("nginx:1")}\n---\n${manifest("second:1", "second")}`);
  await world.settle();
  assert.deepEqual(
    world.list(PodKind).map(({ metadata }) => metadata.name),
    ["web-node-1"],
  );
});

test("a mirror without a static pod is removed", async () => {
  await using world = await worldWithFolder();
  const annotations = { "kubernetes.io/config.mirror": "x" };
  const spec = { nodeName: NODE, containers: [{ name: "main", image: "nginx:1", resources: {} }] };
  await world.apply(PodKind, { metadata: { name: "left-node-1", annotations }, spec } as never);
  await world.settle();
  assert.equal(world.mirror("left-node-1"), undefined);
  assert.deepEqual(await world.running(), []);
});

interface FolderWorld extends World {
  readonly node: SimNode;
  readonly disk: MemoryDisk;
  /** Whether the kubelet reaches the API server. */
  reach(reachable: boolean): void;
  start(): void;
  kill(): Promise<void>;
  write(name: string, text: string): Promise<void>;
  remove(name: string): Promise<void>;
  mirror(name: string): Pod | undefined;
  /** The images of the containers that run. */
  running(): Promise<readonly string[]>;
}

async function worldWithFolder(
  files: Readonly<Record<string, string>> = {},
  kubelet: "started" | "not started" = "started",
): Promise<FolderWorld> {
  const world = await simulate({ seed: 3 });
  const disk = new MemoryDisk();
  await disk.makeDirectory(FOLDER, 0o755);
  let tasks = new TaskGroup();
  let node: SimNode | undefined;
  let away = false;
  const refused = () => Promise.reject(new Error("connection refused"));
  const reachable = world.server.transport(USER, "kubelet");
  const client = createClient({ ...reachable, send: (call) => (away ? refused() : reachable.send(call)) });
  const begin = (): SimNode => {
    const parts = { client, clock: world.clock, random: world.random, log: silentLog, tasks };
    return simNode({
      ...parts,
      ...(node === undefined ? {} : { runtime: node.runtime }),
      nodeName: NODE,
      index: 0,
      pods: ownPodFeed(NODE, parts),
      staticPods: { path: FOLDER, disk },
      services: startInformer(ServiceKind, parts),
      recorder: { record: () => {} },
    });
  };
  const dispose = world[Symbol.asyncDispose].bind(world);
  const whole = Object.assign(world as FolderWorld, {
    disk,
    reach(reachable: boolean) {
      away = !reachable;
    },
    start() {
      node = begin();
      void node.kubelet.start();
    },
    async kill() {
      tasks.abort();
      await tasks.done();
      tasks = new TaskGroup();
    },
    write: (name: string, text: string) => disk.write(`${FOLDER}/${name}`, new TextEncoder().encode(text), 0o644),
    remove: (name: string) => disk.removeTree(`${FOLDER}/${name}`),
    mirror: (name: string) => world.get(PodKind, name),
    async running() {
      const containers = (await node?.runtime.containers()) ?? [];
      return containers
        .filter(({ state }) => state === "running")
        .map(({ imageReference }) => imageReference.replace("sha256:", ""));
    },
    async [Symbol.asyncDispose]() {
      tasks.abort();
      await tasks.done();
      await dispose();
    },
  });
  Object.defineProperty(world, "node", { get: () => node });
  for (const [name, text] of Object.entries(files)) await whole.write(name, text);
  if (kubelet === "started") whole.start();
  await world.settle();
  return whole;
}

function manifest(image: string, name = "web", spec: object = {}): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: name } },
    spec: { containers: [{ name: "main", image }], ...spec },
  });
}
