import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Node, Pod } from "../../api/generated/core-v1.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import type { Observation } from "../pod-life/observation.ts";
import type { PodLife } from "../pod-life/state.ts";
import { step } from "../pod-life/step.ts";
import { begin, container, pod } from "../pod-life/test-story.ts";
import { byUrgency, Resizes } from "./resizes.ts";

test("what fits is given, what does not waits until a pod ends or asks for less", () => {
  const { resizes, add } = world("1");
  const small = add(asking("small", "200m", "300m"));
  const large = add(asking("large", "200m", "800m"));
  resizes.answer();
  assert.equal(small.life.pod.spec.containers[0]!.resources.requests?.["cpu"], "300m");
  const { pending } = large.life.resize;
  assert.equal(pending?.reason, "Deferred");
  assert.equal(
    pending.message,
    "Node didn't have enough resource: cpu, requested: 800, used: 300, capacity: 1000",
    "the others count with what they have been given",
  );
  const before = small.life;
  small.observe({ type: "failed", failure: { reason: "Evicted", message: "" } });
  small.life = { ...small.life, stage: { at: "ended", deleting: false } };
  resizes.lifeChanged(before, small.life);
  assert.equal(large.life.resize.pending, undefined);
  assert.equal(large.life.pod.spec.containers[0]!.resources.requests?.["cpu"], "800m");
});

test("what waits is tried again from time to time, and only then", async () => {
  const { resizes, add, clock, facts } = world("1");
  const large = add(asking("large", "200m", "2"));
  resizes.answer();
  assert.equal(large.life.resize.pending?.reason, "Deferred");
  facts.cpu = "4";
  await clock.advance(180_000);
  assert.equal(large.life.resize.pending, undefined);
  assert.equal(large.life.resize.wanted, undefined);
});

test("the most urgent first: less than before, then priority, quality of service, and time", () => {
  const lives = [
    asking("waits", "1", "2"),
    asking("waits longer", "1", "2", { sinceMs: 1 }),
    asking("important", "1", "2", { priority: 5 }),
    asking("shrinks", "2", "1"),
  ];
  const order = lives.toSorted(byUrgency).map((life) => life.pod.metadata.name);
  assert.deepEqual(order, ["shrinks", "important", "waits longer", "waits"]);
});

function asking(
  name: string,
  has: string,
  wants: string,
  { sinceMs, priority = 0 }: { sinceMs?: number; priority?: number } = {},
): PodLife {
  const first = podOf(name, has, priority, 1);
  const { life } = begin(first).see({ type: "pod", pod: podOf(name, wants, priority, 2) });
  if (sinceMs === undefined) return life;
  const pending = { reason: "Deferred", message: "", generation: 2, sinceMs } as const;
  return { ...life, resize: { ...life.resize, pending } };
}

function podOf(name: string, cpu: string, priority: number, generation: number): Pod {
  const one = pod({ priority, containers: [{ ...container("main"), resources: { requests: { cpu } } } as Container] });
  return { ...one, metadata: { ...one.metadata, name, uid: name, generation } };
}

function world(cpu: string) {
  const clock = new VirtualClock();
  const facts = { cpu };
  const pods: { life: PodLife; observe(observation: Observation): void }[] = [];
  const node = () =>
    ({
      metadata: { name: "node", labels: {} },
      spec: {},
      status: { allocatable: { cpu: facts.cpu, pods: "110" }, nodeInfo: { operatingSystem: "linux" } },
    }) as unknown as Node;
  const active = () => pods.filter(({ life }) => life.stage.at !== "ended");
  const resizes = new Resizes({ clock, node, pods: active });
  const add = (life: PodLife) => {
    const one = {
      life,
      observe(observation: Observation) {
        one.life = step(one.life, observation, clock.now()).life;
      },
    };
    pods.push(one);
    return one;
  };
  return { resizes, clock, facts, add };
}
