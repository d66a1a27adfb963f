import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { SELECTED_NODE } from "../../api/core/v1/volume-binding.ts";
import { StorageClass } from "../../api/storage/v1/storage-class.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import type { Draft } from "../../machinery/object.ts";

const { signal } = new AbortController();
const accessModes = ["ReadWriteOnce" as const];

function pod(name: string, claimName: string): Draft<Pod> {
  const containers = [{ name: "main", image: "app:1" }];
  const volumes = [{ name: "data", persistentVolumeClaim: { claimName } }];
  return { metadata: { name }, spec: { containers, volumes } } as unknown as Draft<Pod>;
}

function claim(name: string, storageClassName: string): Draft<PersistentVolumeClaim> {
  const spec = { accessModes, resources: { requests: { storage: "1Gi" } }, storageClassName };
  return { metadata: { name }, spec } as unknown as Draft<PersistentVolumeClaim>;
}

function volume(name: string, node: string, storageClassName: string, more: object = {}): Draft<PersistentVolume> {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }];
  const spec = {
    capacity: { storage: "1Gi" },
    accessModes,
    local: { path: `/disks/${name}` },
    nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions }] } },
    storageClassName,
    ...more,
  };
  return { metadata: { name }, spec } as unknown as Draft<PersistentVolume>;
}

function storageClass(name: string, provisioner: string): Draft<StorageClass> {
  return {
    metadata: { name },
    provisioner,
    volumeBindingMode: "WaitForFirstConsumer",
  } as unknown as Draft<StorageClass>;
}

const nodeNames = (world: World) => world.nodes.map(({ name }) => name);
const placeOf = (world: World, name: string) => world.get(Pod, name)?.spec.nodeName;
const whyNot = (world: World, name: string) =>
  world.get(Pod, name)?.status.conditions?.find(({ type }) => type === "PodScheduled")?.message;

test("a claim that comes late, and a volume that one node reaches", async () => {
  await using world = await simulate({ nodes: 3 });
  const [, second] = nodeNames(world);
  await world.apply(Pod, pod("web", "data"));
  await world.settle();
  assert.equal(whyNot(world, "web"), '0/3 nodes are available: persistentvolumeclaim "data" not found. not found');
  await world.apply(PersistentVolumeClaim, claim("data", ""));
  await world.settle();
  assert.match(whyNot(world, "web")!, /: pod has unbound immediate PersistentVolumeClaims\. /);
  await world.apply(PersistentVolume, volume("disk", second!, ""));
  // After two failures a pod waits a few seconds, whatever wakes it.
  await world.advance(10_000);
  await world.settle();
  assert.equal(placeOf(world, "web"), second);
  assert.equal(world.get(Pod, "web")!.status.phase, "Running");
  await world.assertQuiet();
});

test("claims that wait for their first pod get the volumes of its node, each its own", async () => {
  await using world = await simulate({ nodes: 3 });
  const [first, , third] = nodeNames(world);
  await world.apply(StorageClass, storageClass("late", "kubernetes.io/no-provisioner"));
  for (const name of ["one", "two", "three"]) {
    await world.apply(PersistentVolumeClaim, claim(name, "late"));
    await world.apply(Pod, pod(name, name));
  }
  await world.settle();
  assert.match(whyNot(world, "one")!, /: 3 node\(s\) didn't find available persistent volumes to bind\. /);
  await world.apply(PersistentVolume, volume("disk-1", first!, "late"));
  await world.apply(PersistentVolume, volume("disk-3", third!, "late"));
  await world.settle();
  const placed = ["one", "two", "three"].map((name) => placeOf(world, name)).filter((node) => node !== undefined);
  assert.deepEqual(placed.toSorted(), [first, third].toSorted());
  const bound = world.list(PersistentVolumeClaim).filter(({ status }) => status.phase === "Bound");
  assert.deepEqual(bound.map(({ spec }) => spec.volumeName).toSorted(), ["disk-1", "disk-3"]);
  await world.assertQuiet();
});

test("a pod waits, its node chosen, until a provisioner has made the volume", async () => {
  await using world = await simulate({ nodes: 2 });
  await world.apply(StorageClass, storageClass("made", "example.com/disks"));
  await world.apply(PersistentVolumeClaim, claim("data", "made"));
  await world.apply(Pod, pod("web", "data"));
  await world.settle();
  const node = world.get(PersistentVolumeClaim, "data")!.metadata.annotations![SELECTED_NODE]!;
  assert(nodeNames(world).includes(node));
  assert.equal(placeOf(world, "web"), undefined);
  assert.equal(world.get(Pod, "web")!.status.nominatedNodeName, node);
  await world.assertQuiet();
  const { uid } = world.get(PersistentVolumeClaim, "data")!.metadata;
  const claimRef = { kind: "PersistentVolumeClaim", apiVersion: "v1", namespace: "default", name: "data", uid };
  await world.apply(PersistentVolume, volume("made-1", node, "made", { claimRef }));
  await world.settle();
  assert.equal(placeOf(world, "web"), node);
  assert.equal(world.get(Pod, "web")!.status.nominatedNodeName, undefined);
  await world.assertQuiet();
});

test("a provisioner that cannot make the volume there has the pod tried again", async () => {
  await using world = await simulate({ nodes: 1 });
  await world.apply(StorageClass, storageClass("made", "example.com/disks"));
  await world.apply(PersistentVolumeClaim, claim("data", "made"));
  await world.apply(Pod, pod("web", "data"));
  await world.settle();
  const { metadata } = world.get(PersistentVolumeClaim, "data")!;
  const body = { metadata: { annotations: { [SELECTED_NODE]: null } } };
  const told = world.events.length;
  await world.client.patch(PersistentVolumeClaim, metadata, { type: "application/merge-patch+json", body }, { signal });
  await world.settle();
  assert.equal(
    whyNot(world, "web"),
    'running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data"',
  );
  assert(world.events.slice(told).some((line) => line.includes("core/persistentvolumeclaims/default/data")));
  assert.notEqual(world.get(PersistentVolumeClaim, "data")!.metadata.annotations![SELECTED_NODE], undefined);
  await world.client.delete(Pod, world.get(Pod, "web")!.metadata, { gracePeriodSeconds: 0, signal });
  await world.settle();
  await world.assertQuiet();
});
