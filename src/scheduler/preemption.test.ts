import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../api/generated/core-v1.ts";
import { PriorityClass } from "../api/scheduling/v1/priority-class.ts";
import { ReplicaSet } from "../api/apps/v1/replica-set.ts";
import { Pod as PodKind } from "../api/core/v1/pod.ts";
import { simulate } from "../cluster/testing.ts";
import type { Draft } from "../machinery/object.ts";
import { podInfo } from "./pod-info.ts";
import { allPlugins } from "./plugins/all.ts";
import { planPreemption, type Preemption } from "./preemption.ts";
import type { SchedulerState } from "./state.ts";
import { nodeOf, outcomeOf, podOf, stateOf, verdictOf } from "./testing.ts";

function preempt(pod: Pod, state: SchedulerState, guarded: readonly string[] = []): Preemption {
  const verdict = verdictOf(pod, state);
  assert.equal(verdict.type, "unschedulable");
  if (verdict.type !== "unschedulable") throw new Error("unreachable");
  return planPreemption(podInfo(pod), verdict.nodes, state, allPlugins, ({ pod: victim }) =>
    guarded.includes(victim.metadata.name),
  );
}

const victims = (plan: Preemption) =>
  plan.type === "victims"
    ? `${plan.node.node!.metadata.name}: ${plan.victims.map(({ pod }) => pod.metadata.name).join(" ")}`
    : plan.type;

const asking = (cpu: string, priority: number) => ({ requests: { cpu }, spec: { priority } });

test("preemption: no more pods go than must", () => {
  const state = stateOf(
    [nodeOf("a")],
    [podOf("small", { ...asking("1", 0), node: "a" }), podOf("large", { ...asking("3", 0), node: "a" })],
  );
  assert.equal(victims(preempt(podOf("p", asking("2", 10)), state)), "a: large");
});

test("preemption: pods of the same priority stay", () => {
  const state = stateOf([nodeOf("a")], [podOf("q", { ...asking("4", 10), node: "a" })]);
  const plan = preempt(podOf("p", asking("2", 10)), state);
  assert.deepEqual(plan.type === "unhelpful" ? [...plan.nodes.values()] : plan, [
    "No preemption victims found for incoming pod",
  ]);
});

test("preemption: the node whose victims matter least is chosen", () => {
  const state = stateOf(
    [nodeOf("a"), nodeOf("b")],
    [podOf("important", { ...asking("4", 5), node: "a" }), podOf("unimportant", { ...asking("4", 1), node: "b" })],
  );
  assert.equal(victims(preempt(podOf("p", asking("2", 10)), state)), "b: unimportant");
});

test("preemption: a pod whose budget is used up is spared where another will do", () => {
  const state = stateOf(
    [nodeOf("a")],
    [podOf("guarded", { ...asking("2", 0), node: "a" }), podOf("free", { ...asking("2", 0), node: "a" })],
  );
  assert.equal(victims(preempt(podOf("p", asking("2", 10)), state, ["guarded"])), "a: free");
});

test("preemption: what no victim can mend is not tried", () => {
  const state = stateOf(
    [nodeOf("a", { spec: { unschedulable: true } })],
    [podOf("q", { ...asking("4", 0), node: "a" })],
  );
  const plan = preempt(podOf("p", asking("2", 10)), state);
  assert.deepEqual(plan.type === "unhelpful" ? [...plan.nodes.values()] : plan, [
    "Preemption is not helpful for scheduling",
  ]);
});

test("preemption: a pod that says Never takes nobody's place", () => {
  const state = stateOf([nodeOf("a")], [podOf("q", { ...asking("4", 0), node: "a" })]);
  const pod = podOf("p", { requests: { cpu: "2" }, spec: { priority: 10, preemptionPolicy: "Never" } });
  assert.deepEqual(preempt(pod, state), { type: "none", why: "not eligible due to preemptionPolicy=Never." });
});

test("nomination: room that was made for a pod is not there for others, but for those that go before it", () => {
  const state = stateOf([nodeOf("a")], [podOf("q", { ...asking("1", 0), node: "a" })]);
  const waiting = podOf("waiting", asking("2", 10));
  state.nominate(waiting, "a");
  const full = "0/1 nodes are available: 1 Insufficient cpu.";
  assert.equal(outcomeOf(podOf("lower", asking("2", 9)), state), full);
  assert.equal(outcomeOf(podOf("equal", asking("2", 10)), state), full);
  assert.equal(outcomeOf(podOf("small", asking("1", 0)), state), "a");
  assert.equal(outcomeOf(podOf("higher", asking("2", 11)), state), "a");
  assert.equal(outcomeOf(waiting, state), "a");
  assert.equal(state.withdraw("default/waiting"), true);
  assert.equal(outcomeOf(podOf("lower", asking("2", 9)), state), "a");
});

test("nomination: a pod goes where room was made for it, even if it would like another node better", () => {
  const state = stateOf([nodeOf("a"), nodeOf("b")], [podOf("q", { ...asking("2", 0), node: "a" })]);
  const pod = podOf("p", asking("1", 10));
  assert.equal(outcomeOf(pod, state), "b");
  assert.equal(outcomeOf({ ...pod, status: { ...pod.status, nominatedNodeName: "a" } } as Pod, state), "a");
});

test("nomination: room made for others is not taken again by a preemption of lower priority", () => {
  const state = stateOf([nodeOf("a")], [podOf("q", { ...asking("2", 0), node: "a" })]);
  state.nominate(podOf("waiting", asking("3", 10)), "a");
  const plan = preempt(podOf("p", asking("2", 5)), state);
  assert.deepEqual(plan.type === "unhelpful" ? [...plan.nodes.values()] : plan, ["Insufficient cpu"]);
});

test("nomination: replacements of the victims do not take the room that the preemption made", async () => {
  await using world = await simulate({ nodes: 1, machine: { cpus: 1 } });
  const priorities = { p1: 1, p2: 2, p3: 3, p4: 4 };
  for (const [name, value] of Object.entries(priorities)) {
    await world.apply(PriorityClass, { metadata: { name }, value } as Draft<PriorityClass>);
  }
  const template = (priorityClassName: string, cpu: string) => ({
    metadata: { labels: { app: priorityClassName } },
    spec: { priorityClassName, containers: [{ name: "main", image: "app", resources: { requests: { cpu } } }] },
  });
  for (const [name, cpu] of [
    ["p1", "200m"],
    ["p2", "300m"],
    ["p3", "450m"],
  ] as const) {
    const spec = { replicas: 1, selector: { matchLabels: { app: name } }, template: template(name, cpu) };
    await world.apply(ReplicaSet, { metadata: { name }, spec } as unknown as Draft<ReplicaSet>);
    await world.settle();
  }
  await world.apply(PodKind, { ...template("p4", "500m"), metadata: { name: "p4" } } as unknown as Draft<Pod>);
  await world.settle();
  const placed = world
    .list(PodKind)
    .filter(({ spec }) => (spec.nodeName ?? "") !== "")
    .map(({ spec }) => spec.priorityClassName);
  assert.deepEqual(placed.toSorted(), ["p3", "p4"]);
  assert.equal(world.list(PodKind).find(({ metadata }) => metadata.name === "p4")?.status.nominatedNodeName, undefined);
});
