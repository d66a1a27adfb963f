import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod, ResourceRequirements } from "../../api/generated/core-v1.ts";
import { podStatus } from "../status/pod-status.ts";
import { begin, container, exited, pod, running, sandbox, type Story } from "./test-story.ts";

const SMALL = { limits: { cpu: "20m", memory: "35Mi" }, requests: { cpu: "20m", memory: "35Mi" } };
const LARGE = { limits: { cpu: "25m", memory: "40Mi" }, requests: { cpu: "25m", memory: "40Mi" } };

test("growing: the node is asked, then the pod's group grows, then the container", () => {
  const story = runningPod({ a: SMALL });
  ask(story, { a: LARGE });
  assert.deepEqual(story.done(), ["ask-for-resources"]);
  assert.equal(story.life.pod.spec.containers[0]!.resources, SMALL, "until it is granted, the pod has what it had");
  story.see({ type: "resources-granted" });
  const started =
    'event ResizeStarted Pod resize started: {"containers":[{"name":"a","resources":{"limits":{"cpu":"25m","memory":"40Mi"},' +
    '"requests":{"cpu":"25m","memory":"40Mi"}}}],"generation":2}';
  assert.deepEqual(story.done(), [
    started,
    "remember-resources",
    "resize pod 41943040/20/2000, a 40Mi 20m/20m, pod 41943040/25/2500, a 40Mi 25m/25m",
  ]);
  assert.deepEqual(conditions(story), [["PodResizeInProgress", undefined, 2]]);
  setAll(story);
  assert.deepEqual(
    story.done().map((one) => one.split(" ", 2).join(" ")),
    ["remember-resources", "event ResizeCompleted"],
  );
  assert.deepEqual(conditions(story), []);
  story.see({ type: "wake" });
  assert.deepEqual(story.done(), [], "a pod that has all it asked for is quiet");
});

test("shrinking: containers first, and not below what is used", () => {
  const story = runningPod({ a: LARGE });
  ask(story, { a: SMALL }).see({ type: "resources-granted" });
  const [, , , resize] = story.done();
  assert.equal(resize, "resize a 35Mi 25m/25m, pod 36700160/25/2500, a 35Mi 20m/20m, pod 36700160/20/2000");
  assert.deepEqual(story.shrinking, { pod: 36700160, containers: [{ id: "a0", name: "a", limit: 36700160 }] });
  const error = "cannot decrease memory limits: attempting to set pod memory limit (1) below current usage (2)";
  story.see({ type: "resized", done: [], error });
  assert.match(story.done().join(), /^event ResizeError Pod resize error: .*"generation":2,"error":"cannot decrease/);
  assert.deepEqual(conditions(story), [["PodResizeInProgress", "Error", 2]]);
  assert.equal(story.wakeAtMs, story.now + 10_000);
  story.now += 10_000;
  story.see({ type: "wake" });
  assert.match(story.done().join(), /^resize /, "it is tried again");
  setAll(story);
  assert.deepEqual(conditions(story), []);
});

test("several containers: those that shrink come first", () => {
  const story = runningPod({ a: SMALL, b: LARGE });
  ask(story, { a: LARGE, b: SMALL }).see({ type: "resources-granted" });
  assert.equal(
    story.done().at(-1),
    "resize b 35Mi 25m/25m, a 40Mi 20m/20m, b 35Mi 20m/20m, a 40Mi 25m/25m",
    "the pod as a whole stays as it is",
  );
});

test("what is asked for in vain is shown, and withdrawn when the object asks for what it has", () => {
  const story = runningPod({ a: SMALL });
  ask(story, { a: LARGE });
  const message = "Node didn't have enough resource: cpu, requested: 25, used: 1980, capacity: 2000";
  const refused = { type: "resources-refused", reason: "Deferred", message } as const;
  story.see(refused);
  const said = story.done();
  assert.match(said.at(-1)!, /^event ResizeDeferred Pod resize Deferred: .*"cpu":"25m".*"error":"Node didn't have/);
  assert.deepEqual(conditions(story), [["PodResizePending", "Deferred", 2]]);
  story.see(refused);
  assert.deepEqual(story.done(), [], "the same answer is told once");
  ask(story, { a: SMALL }, 3);
  assert.deepEqual(conditions(story), []);
  assert.deepEqual(story.done(), []);
});

test("a container whose policy says so is restarted: kill, then the pod's group, then start", () => {
  const restarts = [{ resourceName: "memory", restartPolicy: "RestartContainer" }];
  const story = runningPod({ a: SMALL }, { resizePolicy: restarts });
  ask(story, { a: LARGE }).see({ type: "resources-granted" });
  assert.deepEqual(story.done().slice(3), ["event Killing Container a resize requires restart", "stop-container a 30"]);
  story.see({ type: "container", container: exited("a", 137) });
  assert.deepEqual(story.done(), ["resize pod 41943040/20/2000, pod 41943040/25/2500"]);
  setAll(story);
  assert.deepEqual(
    story.done().map((one) => one.split(" ", 2).join(" ")),
    ["remember-resources", "event ResizeCompleted", "remember-resources", "start-container a"],
  );
  story.started("a", 1);
  assert.deepEqual(story.done(), [], "it has what it was given");
});

test("a policy of another resource restarts nothing", () => {
  const story = runningPod(
    { a: SMALL },
    { resizePolicy: [{ resourceName: "cpu", restartPolicy: "RestartContainer" }] },
  );
  ask(story, { a: { limits: { ...SMALL.limits, memory: "40Mi" }, requests: { ...SMALL.requests, memory: "40Mi" } } });
  story.see({ type: "resources-granted" });
  assert.equal(story.done().at(-1), "resize pod 41943040/20/2000, a 40Mi 20m/20m");
});

test("a kubelet that starts anew goes on where the last one was", () => {
  const asked = podOf({ a: LARGE }, {}, 2);
  const given = { containers: { a: SMALL } };
  const unanswered = begin(asked, { given, outdated: { containers: {}, cgroup: undefined } }).sandboxed();
  assert.equal(unanswered.life.pod.spec.containers[0]!.resources, SMALL);
  assert.equal(unanswered.done()[0], "ask-for-resources");

  const status = { conditions: [{ type: "PodResizeInProgress", status: "True", observedGeneration: 2 }] };
  const outdated = { containers: { a: SMALL }, cgroup: undefined };
  const unset = begin({ ...asked, status } as unknown as Pod, { given: { containers: { a: LARGE } }, outdated });
  unset.see({ type: "runtime", sandboxes: [sandbox()], containers: [running("a")] }).see({ type: "volumes-ready" });
  assert.deepEqual(unset.done().slice(1), ["resize a 40Mi 20m/20m, a 40Mi 25m/25m"]);
  setAll(unset);
  assert.deepEqual(conditions(unset), []);
});

function podOf(resources: Record<string, ResourceRequirements>, more: object, generation: number): Pod {
  const containers = Object.entries(resources).map(([name, own]): Container => {
    return { ...container(name), ...more, resources: own } as Container;
  });
  const one = pod({ containers });
  return { ...one, metadata: { ...one.metadata, generation } };
}

function runningPod(resources: Record<string, ResourceRequirements>, more: object = {}): Story {
  const story = begin(podOf(resources, more, 1)).sandboxed();
  for (const name of Object.keys(resources)) story.started(name);
  story.done();
  return story;
}

function ask(story: Story, resources: Record<string, ResourceRequirements>, generation = 2): Story {
  const more = { resizePolicy: story.life.pod.spec.containers[0]!.resizePolicy };
  return story.see({ type: "pod", pod: podOf(resources, more, generation) });
}

function setAll(story: Story): void {
  story.see({ type: "resized", done: story.steps });
}

function conditions(story: Story): unknown[] {
  const status = podStatus(story.life, {}, { hostIPs: [], runtime: "containerd" }, story.now);
  return (status.conditions ?? [])
    .filter(({ type }) => type.startsWith("PodResize"))
    .map(({ type, reason, observedGeneration }) => [type, reason, observedGeneration]);
}
