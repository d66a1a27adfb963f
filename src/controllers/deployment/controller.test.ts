import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Event } from "../../api/core/v1/event.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { conditionOf } from "../conditions.ts";
import { replicaSetController } from "../replicaset/controller.ts";
import { playKubelet } from "../testing.ts";
import { deploymentController } from "./controller.ts";

const { signal } = new AbortController();
const controllers = [deploymentController, replicaSetController];

const deployment = (name: string, replicas: number, spec: object = {}) => ({
  metadata: { name, annotations: { "kubernetes.io/change-cause": "first" } },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "web", image: "nginx:1" }] } },
    ...spec,
  },
});

const image = (text: string) =>
  mergePatch({ spec: { template: { spec: { containers: [{ name: "web", image: text }] } } } });

/** Lets pods become ready, until the rollout has come to rest. */
async function playOn(world: World, isReady: (pod: Pod) => boolean = () => true): Promise<void> {
  for (let round = 0; round < 50; round++) {
    await world.settle();
    const waiting = world.list(Pod).filter((pod) => pod.status.phase === "Pending" && isReady(pod));
    if (waiting.length === 0) return;
    for (const pod of waiting) await playKubelet(world.client, pod, { ready: true }, world.clock.now());
  }
  assert.fail("the rollout does not come to rest");
}

function reasonsOf(world: World, name: string): Readonly<Record<string, string | undefined>> {
  const { conditions } = world.get(Deployment, name)!.status;
  return Object.fromEntries((conditions ?? []).map(({ type, reason }) => [type, reason]));
}

test("deployment: rolls from one template to the next, then goes quiet", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Deployment, deployment("web", 4));
  await world.settle();
  assert.deepEqual(reasonsOf(world, "web"), {
    Progressing: "ReplicaSetUpdated",
    Available: "MinimumReplicasUnavailable",
  });
  await playOn(world);
  assert.deepEqual(reasonsOf(world, "web"), {
    Progressing: "NewReplicaSetAvailable",
    Available: "MinimumReplicasAvailable",
  });
  await world.client.patch(Deployment, { namespace: "default", name: "web" }, image("nginx:2"), { signal });
  await playOn(world);
  const sets = world.list(ReplicaSet);
  assert.deepEqual(
    sets
      .map(({ metadata, spec }) => [metadata.annotations?.["deployment.kubernetes.io/revision"], spec.replicas])
      .sort(),
    [
      ["1", 0],
      ["2", 4],
    ],
  );
  const { status, metadata } = world.get(Deployment, "web")!;
  assert.equal(metadata.annotations?.["deployment.kubernetes.io/revision"], "2");
  const { conditions: _conditions, ...figures } = status;
  assert.deepEqual(figures, {
    observedGeneration: 2,
    replicas: 4,
    updatedReplicas: 4,
    readyReplicas: 4,
    availableReplicas: 4,
    terminatingReplicas: 0,
  });
  assert(world.list(Pod).every((pod) => pod.spec.containers[0]!.image === "nginx:2"));
  assert(sets.every((set) => set.metadata.annotations?.["kubernetes.io/change-cause"] === "first"));
  await world.assertQuiet();
});

test("deployment: goes back to an old template under a new revision", async () => {
  await using world = await simulate({ controllers });
  const name = { namespace: "default", name: "web" };
  await world.apply(Deployment, deployment("web", 2));
  await playOn(world);
  await world.client.patch(Deployment, name, image("nginx:2"), { signal });
  await playOn(world);
  await world.client.patch(Deployment, name, image("nginx:1"), { signal });
  await playOn(world);
  const again = world.list(ReplicaSet).find(({ spec }) => spec.replicas === 2)!;
  assert.equal(again.metadata.annotations?.["deployment.kubernetes.io/revision"], "3");
  assert.equal(again.metadata.annotations?.["deployment.kubernetes.io/revision-history"], "1");
  await world.assertQuiet();
});

test("deployment: Recreate waits for the old pods to be gone", async () => {
  await using world = await simulate({ controllers });
  const name = { namespace: "default", name: "web" };
  await world.apply(Deployment, deployment("web", 2, { strategy: { type: "Recreate" } }));
  await playOn(world);
  const [held] = world.list(Pod);
  await world.client.patch(Pod, held!.metadata, mergePatch({ metadata: { finalizers: ["test/held"] } }), { signal });
  await world.client.patch(Deployment, name, image("nginx:2"), { signal });
  await playOn(world);
  assert.deepEqual(
    world.list(Pod).map(({ metadata }) => metadata.name),
    [held!.metadata.name],
  );
  await world.client.patch(Pod, held!.metadata, mergePatch({ metadata: { finalizers: null } }), { signal });
  await playOn(world);
  assert.deepEqual(
    world.list(Pod).map(({ spec }) => spec.containers[0]!.image),
    ["nginx:2", "nginx:2"],
  );
  await world.assertQuiet();
});

test("deployment: a rollout that does not get on fails by its deadline", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Deployment, deployment("web", 2, { progressDeadlineSeconds: 60 }));
  await world.settle();
  await world.advance(70_000);
  const { conditions } = world.get(Deployment, "web")!.status;
  const [set] = world.list(ReplicaSet);
  const progressing = conditionOf(conditions, "Progressing")!;
  assert.equal(progressing.status, "False");
  assert.equal(progressing.reason, "ProgressDeadlineExceeded");
  assert.equal(progressing.message, `ReplicaSet "${set!.metadata.name}" has timed out progressing.`);
  await world.assertQuiet();
});

test("deployment: does nothing but scale while it is paused, and says so", async () => {
  await using world = await simulate({ controllers });
  const name = { namespace: "default", name: "web" };
  await world.apply(Deployment, deployment("web", 2));
  await playOn(world);
  await world.client.patch(Deployment, name, mergePatch({ spec: { paused: true, replicas: 3 } }), { signal });
  await world.client.patch(Deployment, name, image("nginx:2"), { signal });
  await playOn(world);
  assert.equal(world.list(ReplicaSet).length, 1);
  assert.equal(world.list(Pod).length, 3);
  assert.equal(reasonsOf(world, "web")["Progressing"], "DeploymentPaused");
  await world.client.patch(Deployment, name, mergePatch({ spec: { paused: false } }), { signal });
  await playOn(world);
  assert.equal(reasonsOf(world, "web")["Progressing"], "NewReplicaSetAvailable");
  assert.equal(world.list(ReplicaSet).length, 2);
  await world.assertQuiet();
});

test("deployment: tells of every change of size", async () => {
  await using world = await simulate({ controllers });
  await world.apply(Deployment, deployment("web", 1));
  await playOn(world);
  const [set] = world.list(ReplicaSet);
  const messages = world.list(Event).filter(({ reason }) => reason === "ScalingReplicaSet");
  assert.deepEqual(
    messages.map(({ message }) => message),
    [`Scaled up replica set ${set!.metadata.name} from 0 to 1`],
  );
  await world.assertQuiet();
});
