import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { simulate } from "../../cluster/testing.ts";
import { playKubelet } from "../testing.ts";
import { replicaSetController } from "./controller.ts";

const replicaSet = (name: string, replicas: number) => ({
  metadata: { name },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
  },
});

test("replicaset: replaces a pod that disappears, then goes quiet", async () => {
  await using world = await simulate({ seed: 7, controllers: [replicaSetController] });
  await world.apply(ReplicaSet, replicaSet("web", 3));
  await world.settle();
  const [victim, ...kept] = world.list(Pod);
  assert(victim !== undefined);
  await world.client.delete(Pod, victim.metadata, { uid: victim.metadata.uid, signal: new AbortController().signal });
  await world.settle();
  const pods = world.list(Pod);
  assert.equal(pods.length, 3);
  assert(
    kept.every((pod) => pods.some(({ metadata }) => metadata.uid === pod.metadata.uid)),
    "survivors are left alone",
  );
  await world.assertQuiet();
});

test("replicaset: what is worth least goes first when it shrinks", async () => {
  await using world = await simulate({ controllers: [replicaSetController] });
  await world.apply(ReplicaSet, replicaSet("web", 3));
  await world.settle();
  const [ready, ...others] = world.list(Pod);
  await playKubelet(world.client, ready!, { ready: true }, world.clock.now());
  await world.settle();
  await world.apply(ReplicaSet, replicaSet("web", 1));
  await world.settle();
  const left = world.list(Pod).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  assert.deepEqual(
    left.map(({ metadata }) => metadata.uid),
    [ready!.metadata.uid],
  );
  assert.equal(others.length, 2);
  const { replicas, readyReplicas, availableReplicas } = world.get(ReplicaSet, "web")!.status;
  assert.deepEqual([replicas, readyReplicas, availableReplicas], [1, 1, 1]);
  await world.assertQuiet();
});
