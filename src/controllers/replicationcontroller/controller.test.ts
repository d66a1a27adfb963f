import assert from "node:assert/strict";
import { test } from "node:test";
import { Pod } from "../../api/core/v1/pod.ts";
import { ReplicationController } from "../../api/core/v1/replication-controller.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate } from "../../cluster/testing.ts";
import { conditionOf } from "../conditions.ts";
import { playKubelet } from "../testing.ts";
import { replicationControllerController } from "./controller.ts";

const controllers = [replicationControllerController];
const { signal } = new AbortController();

const controller = (spec: object = {}) => ({
  metadata: { name: "web" },
  spec: {
    replicas: 2,
    selector: { app: "web" },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } },
    ...spec,
  },
});

test("replication: keeps its pods, adopts and releases them, counts what is available", async () => {
  await using world = await simulate({ controllers });
  const { spec, metadata } = controller().spec.template;
  await world.apply(Pod, { metadata: { ...metadata, name: "orphan" }, spec });
  await world.apply(ReplicationController, controller({ minReadySeconds: 30 }));
  await world.settle();
  assert.equal(world.list(Pod).length, 2);
  assert.equal(world.get(Pod, "orphan")?.metadata.ownerReferences?.[0]?.name, "web");
  for (const pod of world.list(Pod)) await playKubelet(world.client, pod, { ready: true }, world.clock.now());
  await world.settle();
  assert.equal(world.get(ReplicationController, "web")!.status.readyReplicas, 2);
  assert.equal(world.get(ReplicationController, "web")!.status.availableReplicas, undefined);
  await world.advance(31_000);
  assert.equal(world.get(ReplicationController, "web")!.status.availableReplicas, 2);
  const patch = mergePatch({ metadata: { labels: { app: "other" } } });
  await world.client.patch(Pod, { namespace: "default", name: "orphan" }, patch, { signal });
  await world.settle();
  assert.equal(world.get(Pod, "orphan")?.metadata.ownerReferences, undefined);
  assert.equal(world.list(Pod).length, 3);
  await world.assertQuiet();
});

test("replication: says why it cannot create pods", async () => {
  await using world = await simulate({ controllers });
  const template = controller().spec.template;
  const broken = { ...template, spec: { ...template.spec, serviceAccountName: "missing" } };
  await world.apply(ReplicationController, controller({ template: broken }));
  await world.advance(1000);
  const { status } = world.get(ReplicationController, "web")!;
  const condition = conditionOf(status.conditions, "ReplicaFailure");
  assert.equal(condition?.reason, "FailedCreate");
  assert.match(condition?.message ?? "", /serviceaccount "missing" not found/);
});
