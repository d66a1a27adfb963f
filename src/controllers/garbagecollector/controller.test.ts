import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { simulatedAuthority } from "../../host/sim/certificates.ts";
import { allControllers } from "../all.ts";

const { signal } = new AbortController();
const controllers = () =>
  allControllers({
    registry: createRegistry(builtInKinds()),
    rootCa: "PEM",
    podCidr: "10.244.0.0/16",
    certificates: simulatedAuthority,
  });
const name = { namespace: "default", name: "web" };

async function worldWithDeployment(): Promise<World> {
  const world = await simulate({ controllers: controllers() });
  const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } };
  const spec = { replicas: 3, selector: { matchLabels: { app: "web" } }, template };
  await world.apply(Deployment, { metadata: { name: "web" }, spec });
  await world.settle();
  assert.equal(world.list(Pod).length, 3);
  return world;
}

test("garbage collector: what a deleted object owned goes too, to the last", async () => {
  await using world = await worldWithDeployment();
  await world.client.delete(Deployment, name, { signal });
  await world.settle();
  assert.deepEqual([world.list(ReplicaSet), world.list(Pod)], [[], []]);
  await world.assertQuiet();
});

test("garbage collector: in the foreground an owner goes after those that block it", async () => {
  await using world = await worldWithDeployment();
  const [held] = world.list(Pod);
  await world.client.patch(Pod, held!.metadata, mergePatch({ metadata: { finalizers: ["test/held"] } }), { signal });
  await world.client.delete(Deployment, name, { signal, propagationPolicy: "Foreground" });
  await world.settle();
  assert.deepEqual(world.get(Deployment, "web")?.metadata.finalizers, ["foregroundDeletion"]);
  assert.deepEqual(
    world.list(Pod).map(({ metadata }) => metadata.name),
    [held!.metadata.name],
  );
  await world.client.patch(Pod, held!.metadata, mergePatch({ metadata: { finalizers: null } }), { signal });
  await world.settle();
  assert.deepEqual([world.list(Deployment), world.list(ReplicaSet), world.list(Pod)], [[], [], []]);
  await world.assertQuiet();
});

test("garbage collector: orphans stay", async () => {
  await using world = await worldWithDeployment();
  await world.client.delete(Deployment, name, { signal, propagationPolicy: "Orphan" });
  await world.settle();
  const [set] = world.list(ReplicaSet);
  assert.equal(set?.metadata.ownerReferences, undefined);
  assert.deepEqual([world.list(Deployment), world.list(Pod).length], [[], 3]);
  await world.assertQuiet();
});

test("garbage collector: an owner that never was owns nothing; one of two keeps", async () => {
  await using world = await simulate({ controllers: controllers() });
  const owner = await world.apply(ConfigMap, { metadata: { name: "owner" } });
  const gone = { apiVersion: "v1", kind: "ConfigMap", name: "gone", uid: "0b6e1d5e-0000-4000-8000-000000000000" };
  const here = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner.metadata.uid };
  await world.apply(ConfigMap, { metadata: { name: "lost", ownerReferences: [gone] } });
  await world.apply(ConfigMap, { metadata: { name: "imposed", ownerReferences: [{ ...here, uid: gone.uid }] } });
  await world.apply(ConfigMap, { metadata: { name: "kept", ownerReferences: [gone, here] } });
  await world.settle();
  assert.equal(world.get(ConfigMap, "lost"), undefined);
  assert.equal(world.get(ConfigMap, "imposed"), undefined, "another object has the owner's name");
  assert.deepEqual(world.get(ConfigMap, "kept")?.metadata.ownerReferences, [here]);
  await world.assertQuiet();
});
