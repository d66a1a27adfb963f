import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { VolumeAttributesClass } from "../../api/storage/v1/volume-attributes-class.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { attributesClassProtection } from "./controller.ts";

const { signal } = new AbortController();
const accessModes = ["ReadWriteOnce" as const];
const storage = "1Gi";
const start = () => simulate({ controllers: [attributesClassProtection] as never });
const classOf = (name: string) => ({ metadata: { name }, driverName: "example.com", parameters: { a: "b" } });
const left = (world: World) => world.list(VolumeAttributesClass).map(({ metadata }) => metadata.name);

async function deleted(world: World, ...names: readonly string[]): Promise<void> {
  for (const name of names) await world.client.delete(VolumeAttributesClass, { name }, { signal });
  await world.settle();
}

test("a class that nobody names goes, and one that a claim or a volume names stays until it does not", async () => {
  await using world = await start();
  for (const name of ["free", "wanted", "given"]) await world.apply(VolumeAttributesClass, classOf(name));
  const claim = await world.apply(PersistentVolumeClaim, {
    metadata: { name: "data", finalizers: [] },
    spec: { accessModes, resources: { requests: { storage } }, volumeAttributesClassName: "wanted" },
  });
  const volume = await world.apply(PersistentVolume, {
    metadata: { name: "disk" },
    spec: {
      capacity: { storage },
      accessModes,
      volumeAttributesClassName: "given",
      csi: { driver: "example.com", volumeHandle: "a" },
    },
  });
  await world.settle();
  await deleted(world, "free", "wanted", "given");
  assert.deepEqual(left(world), ["given", "wanted"]);
  await world.assertQuiet();
  const free = mergePatch({ metadata: { finalizers: null } });
  for (const [kind, object] of [
    [PersistentVolumeClaim, claim],
    [PersistentVolume, volume],
  ] as const) {
    await world.client.delete(kind as typeof PersistentVolume, object.metadata, { signal });
    await world.client.patch(kind as typeof PersistentVolume, object.metadata, free, { signal });
  }
  await world.settle();
  assert.deepEqual(left(world), []);
});

test("a class that a claim is on its way to stays", async () => {
  await using world = await start();
  await world.apply(VolumeAttributesClass, classOf("next"));
  const claim = await world.apply(PersistentVolumeClaim, {
    metadata: { name: "data" },
    spec: { accessModes, resources: { requests: { storage } } },
  });
  const modifyVolumeStatus = { status: "Pending", targetVolumeAttributesClassName: "next" };
  const status = (changes: object) =>
    world.client.patch(PersistentVolumeClaim, claim.metadata, mergePatch({ status: changes }), {
      subresource: "status",
      signal,
    });
  await status({ modifyVolumeStatus });
  await world.settle();
  await deleted(world, "next");
  assert.deepEqual(left(world), ["next"]);
  await status({ modifyVolumeStatus: null, currentVolumeAttributesClassName: "other" });
  await world.settle();
  assert.deepEqual(left(world), []);
});
