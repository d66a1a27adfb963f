import assert from "node:assert/strict";
import { test } from "node:test";
import type { Deployment, ReplicaSet } from "../../api/generated/apps-v1.ts";
import { planDeployment } from "./plan.ts";

const NOW = Date.UTC(2026, 0, 1);

interface Sized {
  readonly image: string;
  readonly size: number;
  readonly available?: number;
  readonly desired?: number;
  readonly max?: number;
}

interface Case {
  readonly name: string;
  readonly replicas: number;
  readonly maxSurge?: number | string;
  readonly maxUnavailable?: number | string;
  readonly strategy?: "Recreate";
  readonly sets: readonly Sized[];
  /** Image → new size. */
  readonly wants: Readonly<Record<string, number>>;
}

/** The Deployment's own image is `new`; older ReplicaSets come first. */
const cases: readonly Case[] = [
  { name: "a first ReplicaSet gets all", replicas: 3, sets: [], wants: { new: 3 } },
  { name: "a new one gets the surge", replicas: 4, sets: [{ image: "old", size: 4 }], wants: { new: 1, old: 3 } },
  {
    name: "percentages: surge up, unavailable down",
    replicas: 10,
    sets: [{ image: "old", size: 10, available: 10 }],
    wants: { new: 3, old: 8 },
  },
  {
    name: "old ones shrink as far as availability allows",
    replicas: 10,
    maxSurge: 3,
    maxUnavailable: 2,
    sets: [
      { image: "old", size: 10, available: 10 },
      { image: "new", size: 3 },
    ],
    wants: { old: 8 },
  },
  {
    name: "unhealthy old pods go first",
    replicas: 10,
    maxSurge: 0,
    maxUnavailable: 2,
    sets: [
      { image: "older", size: 4, available: 4 },
      { image: "old", size: 6, available: 4 },
      { image: "new", size: 0 },
    ],
    wants: { old: 4 },
  },
  {
    name: "no bounds at all still moves by one",
    replicas: 2,
    maxSurge: 0,
    maxUnavailable: 0,
    sets: [
      { image: "old", size: 2, available: 2 },
      { image: "new", size: 0 },
    ],
    wants: { old: 1 },
  },
  {
    name: "scaling up in the middle of a rollout is shared in proportion",
    replicas: 20,
    maxSurge: 0,
    maxUnavailable: 2,
    sets: [
      { image: "old", size: 5, available: 5, desired: 10, max: 10 },
      { image: "new", size: 5, available: 5, desired: 10, max: 10 },
    ],
    wants: { old: 10, new: 10 },
  },
  {
    name: "what is left over goes to the largest",
    replicas: 15,
    maxSurge: 0,
    maxUnavailable: 2,
    sets: [
      { image: "older", size: 3, desired: 10, max: 10 },
      { image: "old", size: 3, desired: 10, max: 10 },
      { image: "new", size: 4, desired: 10, max: 10 },
    ],
    wants: { older: 4, old: 5, new: 6 },
  },
  {
    name: "Recreate stops everything first",
    replicas: 3,
    strategy: "Recreate",
    sets: [{ image: "old", size: 3, available: 3 }],
    wants: { old: 0 },
  },
];

for (const { name, sets, wants, ...spec } of cases) {
  test(`planDeployment: ${name}`, () => {
    const plan = planDeployment(deployment(spec), sets.map(replicaSet), () => false, NOW);
    const sizes = Object.fromEntries(plan.resizes.map(({ member, to }) => [member.name, to]));
    const created = plan.create?.spec?.replicas;
    assert.deepEqual({ ...sizes, ...(created === undefined ? {} : { new: created }) }, wants);
  });
}

test("planDeployment: a settled Deployment needs nothing but its status", () => {
  const settled = { image: "new", size: 3, available: 3, desired: 3, max: 4 };
  const plan = planDeployment(deployment({ replicas: 3 }), [replicaSet(settled, 0)], () => true, NOW);
  assert.equal(plan.create, undefined);
  assert.deepEqual(plan.resizes, []);
  assert.equal(plan.status.availableReplicas, 3);
});

function template(image: string) {
  return { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } };
}

function deployment({
  replicas,
  strategy,
  maxSurge = "25%",
  maxUnavailable = "25%",
}: Omit<Case, "name" | "sets" | "wants">) {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: {
      name: "web",
      namespace: "default",
      uid: "d",
      resourceVersion: "1",
      creationTimestamp: "",
      generation: 1,
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: template("new"),
      strategy:
        strategy === undefined
          ? { type: "RollingUpdate", rollingUpdate: { maxSurge, maxUnavailable } }
          : { type: strategy },
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: 600,
    },
    status: {},
  } as unknown as Deployment;
}

function replicaSet({ image, size, available = 0, desired = 0, max = 0 }: Sized, index: number): ReplicaSet {
  const annotations = {
    "deployment.kubernetes.io/revision": String(index + 1),
    ...(desired === 0 ? {} : { "deployment.kubernetes.io/desired-replicas": String(desired) }),
    ...(max === 0 ? {} : { "deployment.kubernetes.io/max-replicas": String(max) }),
  };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: image,
      namespace: "default",
      uid: image,
      resourceVersion: "1",
      creationTimestamp: `2026-01-01T00:00:0${index}Z`,
      annotations,
    },
    spec: { replicas: size, selector: {}, template: template(image) },
    status: { replicas: size, availableReplicas: available },
  } as unknown as ReplicaSet;
}
