import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { PodDisruptionBudget } from "../../api/policy/v1/pod-disruption-budget.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate } from "../../cluster/testing.ts";
import { formatTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";
import { deploymentController } from "../deployment/controller.ts";
import { replicaSetController } from "../replicaset/controller.ts";
import { playKubelet } from "../testing.ts";
import { disruptionController } from "./controller.ts";
import { staleDisruptionController } from "./stale.ts";

const { signal } = new AbortController();
const controllers = () => [
  deploymentController,
  replicaSetController,
  disruptionController(createRegistry(builtInKinds())),
  staleDisruptionController,
];
const selector = { matchLabels: { app: "web" } };
const template = { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image: "nginx" }] } };

test("disruption: allows as many as are spare", async () => {
  await using world = await simulate({ controllers: controllers() });
  await world.apply(PodDisruptionBudget, { metadata: { name: "web" }, spec: { selector, maxUnavailable: "50%" } });
  await world.apply(Deployment, { metadata: { name: "web" }, spec: { replicas: 4, selector, template } });
  await world.settle();
  const status = () => world.get(PodDisruptionBudget, "web")!.status;
  assert.deepEqual([status().expectedPods, status().desiredHealthy, status().disruptionsAllowed], [4, 2, 0]);
  assert.equal(conditionOf(status().conditions, "DisruptionAllowed")?.reason, "InsufficientPods");
  for (const pod of world.list(Pod).slice(0, 3))
    await playKubelet(world.client, pod, { ready: true }, world.clock.now());
  await world.settle();
  assert.deepEqual([status().currentHealthy, status().disruptionsAllowed], [3, 1]);
  assert.equal(conditionOf(status().conditions, "DisruptionAllowed")?.reason, "SufficientPods");
  await world.assertQuiet();
});

test("disruption: what was announced and never came is taken back", async () => {
  await using world = await simulate({ controllers: controllers() });
  const pod = await world.apply(Pod, { metadata: { name: "a" }, spec: template.spec });
  const lastTransitionTime = formatTime(world.clock.now());
  const conditions = [
    { type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", lastTransitionTime },
  ];
  const patch = mergePatch({ status: { conditions } });
  await world.client.patch(Pod, pod.metadata, patch, { signal, subresource: "status" });
  await world.advance(121_000);
  assert.equal(conditionOf(world.get(Pod, "a")!.status.conditions, "DisruptionTarget")?.status, "False");
  await world.assertQuiet();
});
