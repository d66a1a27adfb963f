import assert from "node:assert/strict";
import { test } from "node:test";
import { PersistentVolume } from "../../api/core/v1/persistent-volume.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { claimProtection } from "../pvcprotection/controller.ts";
import { claimBinder, volumeBinder } from "./controller.ts";

const { signal } = new AbortController();
const accessModes = ["ReadWriteOnce" as const];
const volume = (name: string, storage: string) => ({
  metadata: { name },
  spec: { capacity: { storage }, accessModes, hostPath: { path: `/data/${name}` }, storageClassName: "" },
});
const claim = (name: string, storage: string) => ({
  metadata: { name },
  spec: { accessModes, resources: { requests: { storage } }, storageClassName: "" },
});
const phases = (world: World) => ({
  claims: world.list(PersistentVolumeClaim).map(({ spec, status }) => [status.phase, spec.volumeName]),
  volumes: world.list(PersistentVolume).map(({ status, spec }) => [status.phase, spec.claimRef?.name]),
});
const controllers = () => ({ controllers: [claimBinder, volumeBinder, claimProtection] as never });

test("a claim waits for a volume, gets it, and leaves it behind", async () => {
  await using world = await simulate(controllers());
  await world.apply(PersistentVolumeClaim, claim("data", "2Gi"));
  await world.settle();
  assert.deepEqual(phases(world).claims, [["Pending", undefined]]);
  await world.apply(PersistentVolume, volume("small", "1Gi"));
  await world.apply(PersistentVolume, volume("large", "5Gi"));
  await world.settle();
  assert.deepEqual(phases(world), {
    claims: [["Bound", "large"]],
    volumes: [
      ["Bound", "data"],
      ["Available", undefined],
    ],
  });
  const bound = world.list(PersistentVolumeClaim)[0]!;
  assert.deepEqual(bound.status, { phase: "Bound", accessModes, capacity: { storage: "5Gi" } });
  await world.assertQuiet();
  await world.client.delete(PersistentVolumeClaim, bound.metadata, { signal });
  await world.settle();
  assert.deepEqual(phases(world).volumes[0], ["Released", "data"]);
  await world.apply(PersistentVolumeClaim, claim("data", "2Gi"));
  await world.settle();
  assert.deepEqual(phases(world).claims, [["Pending", undefined]], "what one has written is not for another to read");
  await world.assertQuiet();
});

test("of two claims for one volume, one gets it", async () => {
  await using world = await simulate(controllers());
  await world.apply(PersistentVolumeClaim, claim("one", "1Gi"));
  await world.apply(PersistentVolumeClaim, claim("two", "1Gi"));
  await world.apply(PersistentVolume, volume("only", "1Gi"));
  await world.settle();
  assert.deepEqual(
    phases(world)
      .claims.map(([phase]) => phase)
      .toSorted(),
    ["Bound", "Pending"],
  );
  await world.assertQuiet();
});
