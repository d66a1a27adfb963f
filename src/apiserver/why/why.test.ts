import assert from "node:assert/strict";
import { test } from "node:test";
import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import type { Kind } from "../../api/kind.ts";
import { assembleStory } from "./assemble.ts";
import type { Story } from "./story.ts";

const signal = new AbortController().signal;

function web(replicas: number, memory = "1Mi") {
  return {
    metadata: { name: "web", namespace: "default" },
    spec: {
      replicas,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: "nginx", resources: { requests: { memory } } }] },
      },
    },
  };
}

async function storyOf(world: World, kind: Kind, name: string): Promise<Story> {
  const { store, server } = world;
  const story = await assembleStory({ store, registry: server.registry }, kind, "default", name);
  assert(story !== undefined);
  return story;
}

function who(story: Story, what: RegExp): string | undefined {
  return story.steps.find((step) => what.test(step.what))?.who.actor;
}

test("why: a Deployment's pod is told from the request to the running container", async () => {
  await using world = await simulate({ nodes: 2 });
  await world.apply(Deployment as never, web(1) as never);
  await world.settle();
  const [pod] = world.list(Pod);
  const story = await storyOf(world, Pod, pod!.metadata.name);
  const steps = story.steps.filter(({ part }) => part !== "event");
  assert.deepEqual(
    steps.slice(0, 4).map(({ who: { actor }, what }) => [actor, what.replace(/-[a-z0-9-]+$/, "")]),
    [
      ["test", "creates Deployment default/web"],
      ["deployment", "creates ReplicaSet default/web"],
      ["replicaset", "creates Pod default/web"],
      ["default-scheduler", "gives a node to Pod default/web"],
    ],
  );
  const [asked, set, made, bound, ...lived] = steps;
  assert.equal(asked!.sinceStartMs, 0);
  assert.deepEqual(
    set!.saw.map(({ revision }) => revision),
    [asked!.revision],
  );
  assert(made!.saw.some(({ revision, told }) => revision === set!.revision && told));
  assert.equal(bound!.facts["node"], pod!.spec.nodeName);
  assert.equal(bound!.facts["feasible"], 2);
  assert(
    lived.some(
      ({ who: { actor }, details }) => actor.startsWith("kubelet/") && details.some((line) => /Running/.test(line)),
    ),
  );
  assert.deepEqual(story.waitsFor, []);
  assert.deepEqual(story.missing, []);
});

test("why: steps stand in the order of revisions, each of them once", async () => {
  await using world = await simulate({ nodes: 1 });
  await world.apply(Deployment as never, web(2) as never);
  await world.settle();
  const { steps } = await storyOf(world, Deployment, "web");
  const revisions = steps.map(({ revision }) => revision);
  assert.deepEqual(
    revisions,
    [...new Set(revisions)].toSorted((a, b) => a - b),
  );
});

test("why: a pod that fits nowhere waits for a node, with each node's reason", async () => {
  await using world = await simulate({ nodes: 2 });
  await world.apply(Deployment as never, web(1, "900Ti") as never);
  await world.settle();
  const [pod] = world.list(Pod);
  const { waitsFor } = await storyOf(world, Pod, pod!.metadata.name);
  assert.match(waitsFor[0]!, /^a node: 0\/2 nodes are available: 2 Insufficient memory/);
  assert.equal(waitsFor.filter((line) => line.endsWith(": Insufficient memory")).length, 2, waitsFor.join("\n"));
});

test("why: of what is gone its records tell, and what took its place tells of it", async () => {
  await using world = await simulate({ nodes: 1 });
  await world.apply(Deployment as never, web(1) as never);
  await world.settle();
  const victim = world.list(Pod)[0]!;
  await world.client.delete(Pod, victim.metadata as never, { signal });
  await world.settle();
  const gone = await storyOf(world, Pod, victim.metadata.name);
  assert.equal(gone.subject.exists, false);
  assert.equal(who(gone, /^asks for the end of Pod/), "test");
  assert.match(gone.steps.findLast(({ part }) => part === "own")!.what, /^removes Pod/);
  const successor = await storyOf(world, Pod, world.list(Pod)[0]!.metadata.name);
  assert.equal(
    who(successor, new RegExp(`^(asks for the end of|removes|writes).*${victim.metadata.name}`)) !== undefined,
    true,
  );
  assert(successor.steps.some(({ part, what }) => part === "owner" && what.startsWith("creates Deployment")));
});

test("why: a scaled set tells who scaled it", async () => {
  await using world = await simulate({ nodes: 1 });
  await world.apply(Deployment as never, web(1) as never);
  await world.settle();
  const first = world.list(Pod)[0]!.metadata.name;
  await world.apply(Deployment as never, web(2) as never);
  await world.settle();
  const second = world.list(Pod).find(({ metadata }) => metadata.name !== first)!;
  const story = await storyOf(world, Pod, second.metadata.name);
  const start = story.steps.find(({ sinceStartMs, part }) => sinceStartMs === 0 && part === "cause");
  assert.match(start!.what, /^(changes|scales) Deployment default\/web$/);
  assert(start!.details.includes("spec.replicas: 1 → 2"));
  assert.equal(world.list(ReplicaSet).length, 1);
});
