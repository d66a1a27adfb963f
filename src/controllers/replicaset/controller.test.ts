import assert from "node:assert/strict";
import { test } from "node:test";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { simulate } from "../../cluster/testing.ts";
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
