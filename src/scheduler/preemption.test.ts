import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../api/generated/core-v1.ts";
import { podInfo } from "./pod-info.ts";
import { allPlugins } from "./plugins/all.ts";
import { planPreemption, type Preemption } from "./preemption.ts";
import type { SchedulerState } from "./state.ts";
import { nodeOf, podOf, stateOf, verdictOf } from "./testing.ts";

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
