import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { claimBinder, volumeBinder } from "../persistentvolume/controller.ts";
import { volumeProtection } from "../pvprotection/controller.ts";
import { claimProtection } from "./controller.ts";

const { signal } = new AbortController();
const accessModes = ["ReadWriteOnce" as const];
const storage = "1Gi";
const claim = {
  metadata: { name: "data" },
  spec: { accessModes, resources: { requests: { storage } }, storageClassName: "" },
};
const volume = {
  metadata: { name: "disk" },
  spec: { capacity: { storage }, accessModes, hostPath: { path: "/data/disk" }, storageClassName: "" },
};
const pod = (name: string, nodeName?: string) => ({
  metadata: { name },
  spec: {
    containers: [{ name: "main", image: "web:1" }],
    volumes: [{ name: "v", persistentVolumeClaim: { claimName: "data" } }],
    ...(nodeName === undefined ? {} : { nodeName }),
  },
});
const start = () => simulate({ controllers: [claimBinder, volumeBinder, claimProtection, volumeProtection] as never });
const left = (world: World) => [
  ...world.list(PersistentVolumeClaim).map(({ metadata }) => metadata.name),
  ...world.list(PersistentVolume).map(({ metadata }) => metadata.name),
];

test("a claim stays while a pod on a node uses it, and its volume while the claim has it", async () => {
  await using world = await start();
  const disk = await world.apply(PersistentVolume, volume);
  const data = await world.apply(PersistentVolumeClaim, claim);
  await world.apply(Pod, pod("user", "node-1"));
  await world.settle();
  await world.client.delete(PersistentVolumeClaim, data.metadata, { signal });
  await world.client.delete(PersistentVolume, disk.metadata, { signal });
  await world.settle();
  assert.deepEqual(left(world), ["data", "disk"]);
  await world.assertQuiet();
  await world.client.delete(Pod, world.list(Pod)[0]!.metadata, { gracePeriodSeconds: 0, signal });
  await world.settle();
  assert.deepEqual(left(world), []);
});

test("a pod that has no node yet keeps no claim", async () => {
  await using world = await start();
  const data = await world.apply(PersistentVolumeClaim, claim);
  await world.apply(Pod, pod("waits"));
  await world.settle();
  await world.client.delete(PersistentVolumeClaim, data.metadata, { signal });
  await world.settle();
  assert.deepEqual(left(world), []);
});
