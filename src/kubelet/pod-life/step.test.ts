import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod } from "../../api/generated/core-v1.ts";
import { begin, container, deleted, exited, pod, running, sandbox } from "./test-story.ts";

test("a new pod: volumes, then the sandbox, then its containers one after another", () => {
  const story = begin(pod({ containers: [container("a"), container("b")] }));
  assert.deepEqual(story.done(), ["prepare-volumes"]);
  story.see({ type: "volumes-ready" });
  assert.deepEqual(story.done(), ["run-sandbox 0"]);
  story.see({ type: "sandbox", sandbox: sandbox() });
  assert.deepEqual(story.done(), ["start-container a"]);
  story.see({ type: "container", container: running("a") }).see({ type: "start-done", name: "a" });
  assert.deepEqual(story.done(), ["start-container b"]);
  story.see({ type: "container", container: running("b") }).see({ type: "start-done", name: "b" });
  assert.deepEqual(story.done(), []);
  assert.equal(story.wakeAtMs, undefined, "a pod that runs asks for nothing");
});

test("the sandbox is made while the volumes are written, whichever is done first, and the containers wait for both", () => {
  for (const order of ["sandbox", "volumes"] as const) {
    const story = begin(pod({ containers: [container("a")] })).see({ type: "volumes-found" });
    assert.deepEqual(story.done(), ["prepare-volumes", "run-sandbox 0"]);
    const [first, last] = [{ type: "sandbox", sandbox: sandbox() }, { type: "volumes-ready" }] as const;
    story.see(order === "sandbox" ? first : last);
    assert.deepEqual(story.done(), []);
    story.see(order === "sandbox" ? last : first);
    assert.deepEqual(story.done(), ["start-container a"]);
  }
});

test("volumes that fail while they are written are tried again in the sandbox that is there", () => {
  const story = begin(pod({ containers: [container("a")] })).see({ type: "volumes-found" });
  story.see({ type: "volumes-failed" }).see({ type: "sandbox", sandbox: sandbox() });
  assert.deepEqual(story.done(), ["prepare-volumes", "run-sandbox 0"]);
  story.now = story.wakeAtMs!;
  story.see({ type: "wake" }).see({ type: "volumes-found" });
  assert.deepEqual(story.done(), ["prepare-volumes"]);
  story.see({ type: "volumes-ready" });
  assert.deepEqual(story.done(), ["start-container a"]);
});

test("a pod that goes while both are under way waits for both, then gives back what there is", () => {
  const one = pod({ containers: [container("a")] });
  const story = begin(one).see({ type: "volumes-found" });
  story.see({ type: "pod", pod: deleted(one, 30) });
  assert.deepEqual(story.done(), ["prepare-volumes", "run-sandbox 0", "abort-starts"]);
  story.see({ type: "volumes-failed" });
  assert.deepEqual(story.done(), []);
  story.see({ type: "sandbox", sandbox: sandbox() });
  assert.deepEqual(story.done(), ["stop-sandboxes s0"]);
});

test("init containers run in order, then the main ones; a sidecar is passed once it has started", () => {
  const story = begin(
    pod({
      initContainers: [container("one"), { ...container("side"), restartPolicy: "Always" }],
      containers: [container("main")],
    }),
  ).sandboxed();
  assert.deepEqual(story.done(), ["start-container one"]);
  story.started("one");
  assert.deepEqual(story.done(), [], "an init container must end first");
  story.see({ type: "container", container: exited("one", 0) });
  assert.deepEqual(story.done(), ["start-container side"]);
  story.started("side");
  assert.deepEqual(story.done(), ["start-container main"]);
});

test("a failed init container ends a pod that never restarts", () => {
  const story = begin(
    pod({ restartPolicy: "Never", initContainers: [container("one")], containers: [container("main")] }),
  );
  story
    .sandboxed()
    .started("one")
    .see({ type: "container", container: exited("one", 1) });
  assert.deepEqual(story.done(), ["start-container one", "stop-sandboxes s0"]);
  story.see({ type: "sandboxes-stopped" });
  assert.deepEqual(story.done(), ["release"]);
  story.see({ type: "released" });
  assert.equal(story.life.stage.at, "ended");
});

test("the first restart is immediate, the second waits ten seconds, with Kubernetes' words", () => {
  const story = begin(pod({ containers: [container("a")] }))
    .sandboxed()
    .started("a");
  story.done();
  story.see({ type: "container", container: exited("a", 1, story.now) });
  assert.deepEqual(story.done(), ["start-container a"]);
  story.started("a", 1);
  story.now += 500;
  story.see({ type: "container", container: { ...exited("a", 1, story.now), id: "a1", createdAt: 2n } });
  assert.deepEqual(story.done(), ["event BackOff Back-off restarting failed container a in pod web_default(uid-1)"]);
  assert.equal(story.life.waiting["a"]?.message, "back-off 10s restarting failed container=a pod=web_default(uid-1)");
  assert.equal(story.wakeAtMs, story.now + 10_000);
  story.now += 10_000;
  story.see({ type: "wake" });
  assert.deepEqual(story.done(), ["start-container a"]);
  assert.equal(story.life.backOffs["a"]?.delayMs, 20_000);
});

test("a failed liveness probe kills, with the grace of the probe, and restarts at once", () => {
  const probed = { ...container("a"), livenessProbe: { terminationGracePeriodSeconds: 7 } } as Container;
  const story = begin(pod({ containers: [probed] }))
    .sandboxed()
    .started("a");
  story.done();
  story.see({ type: "probe", id: "a0", kind: "liveness", healthy: false });
  assert.deepEqual(story.done(), [
    "event Killing Container a failed liveness probe, will be restarted",
    "stop-container a 7",
  ]);
  story.see({ type: "container", container: exited("a", 0) });
  assert.deepEqual(story.done(), ["start-container a"]);
});

test("deletion: the hook counts into the grace period, then stop, sandbox, volumes, object, traces", () => {
  const hooked = { ...container("a"), lifecycle: { preStop: { exec: { command: ["sleep", "3"] } } } } as Container;
  const story = begin(pod({ containers: [hooked] }))
    .sandboxed()
    .started("a");
  story.done();
  story.see({ type: "pod", pod: deleted(story.life.pod, 30) });
  assert.deepEqual(story.done(), ["event Killing Stopping container a", "run-pre-stop a 30"]);
  assert.equal(story.wakeAtMs, story.now + 30_000);
  story.now += 3_200;
  story.see({ type: "hook-done", id: "a0" });
  assert.deepEqual(story.done(), ["stop-container a 27"]);
  story.see({ type: "container", container: exited("a", 143) });
  assert.deepEqual(story.done(), ["stop-sandboxes s0"]);
  story.see({ type: "sandboxes-stopped" }).see({ type: "released" });
  assert.deepEqual(story.done(), ["release", "delete-object"]);
  story.see({ type: "object-gone" });
  assert.deepEqual(story.done(), ["clean-up"]);
});

test("a hook that never returns is cut off at the end of the grace period", () => {
  const hooked = { ...container("a"), lifecycle: { preStop: { exec: { command: ["sleep", "1000"] } } } } as Container;
  const story = begin(pod({ containers: [hooked] }))
    .sandboxed()
    .started("a");
  story.see({ type: "pod", pod: deleted(story.life.pod, 5) });
  story.done();
  story.now += 5_000;
  story.see({ type: "wake" });
  assert.deepEqual(story.done(), ["stop-container a 2"]);
});

test("sidecars end after the main containers, in reverse order", () => {
  const side = (name: string) => ({ ...container(name), restartPolicy: "Always" }) as Container;
  const story = begin(pod({ initContainers: [side("s1"), side("s2")], containers: [container("main")] }));
  story.sandboxed().started("s1").started("s2").started("main");
  story.done();
  story.see({ type: "pod", pod: deleted(story.life.pod, 30) });
  assert.deepEqual(
    story.done().filter((text) => text.startsWith("stop")),
    ["stop-container main 30"],
  );
  story.see({ type: "container", container: exited("main", 0) });
  assert.deepEqual(story.done(), ["stop-container s2 30"]);
  story.see({ type: "container", container: exited("s2", 0) });
  assert.deepEqual(story.done(), ["stop-container s1 30"]);
});

test("a second deletion with less grace is obeyed at once", () => {
  const story = begin(pod({ containers: [container("a")] }))
    .sandboxed()
    .started("a");
  story.see({ type: "pod", pod: deleted(story.life.pod, 30) });
  story.done();
  story.see({ type: "pod", pod: deleted(story.life.pod, 3) });
  assert.deepEqual(story.done(), ["stop-container a 3"]);
});

test("a pod deleted while its image is pulled gives up the pull, then ends", () => {
  const story = begin(pod({ containers: [container("a")] })).sandboxed();
  story.done();
  story.see({ type: "pod", pod: deleted(story.life.pod, 30) });
  assert.deepEqual(story.done(), ["abort-starts"]);
  story.see({ type: "start-failed", name: "a", failure: { reason: "ErrImagePull", message: "aborted" } });
  assert.deepEqual(story.done(), ["stop-sandboxes s0"]);
});

test("a lost sandbox is made anew, with its init containers", () => {
  const story = begin(pod({ initContainers: [container("init")], containers: [container("a")] })).sandboxed();
  story
    .started("init")
    .see({ type: "container", container: exited("init", 0) })
    .started("a");
  story.done();
  story.see({
    type: "runtime",
    sandboxes: [{ ...sandbox(), ready: false }],
    containers: [exited("a", 255), exited("init", 0)],
  });
  assert.deepEqual(story.done(), [
    "event SandboxChanged Pod sandbox changed, it will be killed and re-created.",
    "remove-container init0",
    "run-sandbox 1",
  ]);
});

test("a restarted kubelet takes up what runs and starts nothing", () => {
  const story = begin(pod({ containers: [container("a")] }));
  story.see({ type: "runtime", sandboxes: [sandbox()], containers: [running("a")] }).see({ type: "volumes-ready" });
  assert.deepEqual(story.done(), ["prepare-volumes"]);
  assert.equal(story.life.stage.at, "running");
});

test("a pod whose containers have all succeeded ends, and stays until it is deleted", () => {
  const story = begin(pod({ restartPolicy: "OnFailure", containers: [container("a")] }))
    .sandboxed()
    .started("a");
  story.done();
  story.see({ type: "container", container: exited("a", 0) });
  assert.deepEqual(story.done(), ["stop-sandboxes s0"]);
  story.see({ type: "sandboxes-stopped" }).see({ type: "released" });
  assert.deepEqual(story.done(), ["release"]);
  story.see({ type: "pod", pod: deleted(story.life.pod, 30) });
  assert.deepEqual(story.done(), ["delete-object"]);
});

test("a pod past its deadline fails", () => {
  const late = pod({ containers: [container("a")], activeDeadlineSeconds: 60 });
  const story = begin({ ...late, status: { startTime: new Date(1_000_000).toISOString() } } as Pod)
    .sandboxed()
    .started("a");
  story.done();
  assert.equal(story.wakeAtMs, 1_060_000);
  story.now = 1_060_000;
  story.see({ type: "wake" });
  assert.deepEqual(story.done(), [
    "event DeadlineExceeded Pod was active on the node longer than the specified deadline",
    "event Killing Stopping container a",
    "stop-container a 30",
  ]);
});
