import assert from "node:assert/strict";
import { test } from "node:test";
import { StatefulSet } from "../../api/apps/v1/stateful-set.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { playKubelet } from "../testing.ts";
import { statefulSetController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = [statefulSetController];
const name = { namespace: "default", name: "db" };
const set = (spec: object = {}) => ({
  metadata: { name: "db" },
  spec: {
    replicas: 3,
    serviceName: "db",
    selector: { matchLabels: { app: "db" } },
    template: { metadata: { labels: { app: "db" } }, spec: { containers: [{ name: "db", image: "db:1" }] } },
    ...spec,
  },
});
const claim = {
  metadata: { name: "data" },
  spec: { accessModes: ["ReadWriteOnce" as const], resources: { requests: { storage: "1Gi" } } },
};
const image = mergePatch({ spec: { template: { spec: { containers: [{ name: "db", image: "db:2" }] } } } });
const scale = (replicas: number) => mergePatch({ spec: { replicas } });

/** Lets pods become ready one after the other; gives the names in the order in which they did. */
async function playOn(world: World): Promise<readonly string[]> {
  const order: string[] = [];
  for (let round = 0; round < 30; round++) {
    await world.settle();
    const [next] = world
      .list(Pod)
      .filter(({ status, metadata }) => status.phase === "Pending" && metadata.deletionTimestamp === undefined);
    if (next === undefined) return order;
    order.push(next.metadata.name);
    await playKubelet(world.client, next, { ready: true }, world.clock.now());
  }
  return assert.fail("the set does not come to rest");
}

const names = (world: World) =>
  world
    .list(Pod)
    .map(({ metadata }) => metadata.name)
    .sort();

test("statefulset: pods come in order, with storage, and go in the opposite order", async () => {
  await using world = await simulate({ controllers });
  await world.apply(StatefulSet, set({ volumeClaimTemplates: [claim] }));
  await world.settle();
  assert.deepEqual(names(world), ["db-0"], "the next waits for the first");
  assert.deepEqual(await playOn(world), ["db-0", "db-1", "db-2"]);
  const pod = world.get(Pod, "db-1")!;
  assert.deepEqual([pod.spec.hostname, pod.spec.subdomain], ["db-1", "db"]);
  assert.equal(
    pod.spec.volumes!.find((volume) => volume.name === "data")?.persistentVolumeClaim?.claimName,
    "data-db-1",
  );
  assert.equal(world.list(PersistentVolumeClaim).length, 3);
  await world.client.patch(StatefulSet, name, scale(1), { signal });
  await playOn(world);
  assert.deepEqual(names(world), ["db-0"]);
  assert.equal(world.list(PersistentVolumeClaim).length, 3, "storage stays");
  const { status } = world.get(StatefulSet, "db")!;
  assert.deepEqual(
    [status.replicas, status.readyReplicas, status.availableReplicas, status.currentReplicas],
    [1, 1, 1, 1],
  );
  await world.assertQuiet();
});

test("statefulset: updates from the last to the first, down to the partition", async () => {
  await using world = await simulate({ controllers });
  await world.apply(StatefulSet, set({ updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 1 } } }));
  await playOn(world);
  await world.client.patch(StatefulSet, name, image, { signal });
  assert.deepEqual(await playOn(world), ["db-2", "db-1"]);
  const images = () => ["db-0", "db-1", "db-2"].map((pod) => world.get(Pod, pod)!.spec.containers[0]!.image);
  assert.deepEqual(images(), ["db:1", "db:2", "db:2"]);
  const { currentRevision, updateRevision, updatedReplicas, currentReplicas } = world.get(StatefulSet, "db")!.status;
  assert.notEqual(currentRevision, updateRevision);
  assert.deepEqual([updatedReplicas, currentReplicas], [2, 1]);
  await world.client.delete(Pod, { ...name, name: "db-0" }, { signal, gracePeriodSeconds: 0 });
  await playOn(world);
  assert.equal(images()[0], "db:1", "below the partition the old template is kept");
  const all = mergePatch({ spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } });
  await world.client.patch(StatefulSet, name, all, { signal });
  await playOn(world);
  assert.deepEqual(images(), ["db:2", "db:2", "db:2"]);
  const { status } = world.get(StatefulSet, "db")!;
  assert.equal(status.currentRevision, status.updateRevision);
  await world.assertQuiet();
});

test("statefulset: in parallel nothing waits", async () => {
  await using world = await simulate({ controllers });
  await world.apply(StatefulSet, set({ podManagementPolicy: "Parallel", ordinals: { start: 5 } }));
  await world.settle();
  assert.deepEqual(names(world), ["db-5", "db-6", "db-7"]);
  await playOn(world);
  await world.client.patch(StatefulSet, name, scale(0), { signal });
  await playOn(world);
  assert.deepEqual(names(world), []);
  await world.assertQuiet();
});

test("statefulset: replaces a failed pod; claims follow the retention policy", async () => {
  await using world = await simulate({ controllers });
  const persistentVolumeClaimRetentionPolicy = { whenDeleted: "Delete", whenScaled: "Retain" };
  await world.apply(
    StatefulSet,
    set({ replicas: 1, volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy }),
  );
  await playOn(world);
  assert.equal(world.list(PersistentVolumeClaim)[0]!.metadata.ownerReferences?.[0]?.kind, "StatefulSet");
  const before = world.get(Pod, "db-0")!;
  await playKubelet(world.client, before, { ready: false, phase: "Failed" }, world.clock.now());
  assert.deepEqual(await playOn(world), ["db-0"]);
  assert.notEqual(world.get(Pod, "db-0")!.metadata.uid, before.metadata.uid);
  await world.assertQuiet();
});
