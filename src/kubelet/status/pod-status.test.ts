import assert from "node:assert/strict";
import { test } from "node:test";
import type { Container, Pod, PodSpec, PodStatus } from "../../api/generated/core-v1.ts";
import type { PodLife } from "../pod-life/state.ts";
import { newLife } from "../pod-life/state.ts";
import type { ContainerStatus as RuntimeContainer } from "../ports/runtime.ts";
import { podStatus } from "./pod-status.ts";

const NODE = { hostIPs: ["192.168.0.1"], runtime: "containerd" };

test("before anything runs: pending, and each container said to be made", () => {
  const status = statusOf({ containers: [container("b"), container("a")] }, {});
  assert.equal(status.phase, "Pending");
  assert.deepEqual(
    status.containerStatuses?.map(({ name, state }) => [name, state?.waiting?.reason]),
    [
      ["a", "ContainerCreating"],
      ["b", "ContainerCreating"],
    ],
  );
  assert.deepEqual(condition(status, "Ready"), [
    "False",
    "ContainersNotReady",
    "containers with unready status: [b a]",
  ]);
  assert.equal(status.hostIP, "192.168.0.1");
});

test("during initialisation: the main containers wait for it", () => {
  const status = statusOf(
    { initContainers: [container("i1"), container("i2")], containers: [container("main")] },
    { containers: [runtime("i1", "exited", { exitCode: 0, reason: "Completed" }), runtime("i2", "running")] },
  );
  assert.equal(status.phase, "Pending");
  assert.equal(status.containerStatuses?.[0]?.state?.waiting?.reason, "PodInitializing");
  assert.equal(status.initContainerStatuses?.[0]?.ready, true);
  assert.deepEqual(condition(status, "Initialized"), [
    "False",
    "ContainersNotInitialized",
    "containers with incomplete status: [i2]",
  ]);
});

for (const { name, policy, exits, phase } of [
  { name: "all succeeded, never to restart", policy: "Never", exits: [0, 0], phase: "Succeeded" },
  { name: "one failed, never to restart", policy: "Never", exits: [0, 1], phase: "Failed" },
  { name: "one failed, restarts on failure", policy: "OnFailure", exits: [0, 1], phase: "Running" },
  { name: "all succeeded, always restarts", policy: "Always", exits: [0, 0], phase: "Running" },
] as const) {
  test(`phase: ${name}: ${phase}`, () => {
    const status = statusOf(
      { restartPolicy: policy, containers: exits.map((_, index) => container(`c${index}`)) },
      { containers: exits.map((exitCode, index) => runtime(`c${index}`, "exited", { exitCode })) },
    );
    assert.equal(status.phase, phase);
  });
}

test("a container that waits to be restarted shows why, and what it did last", () => {
  const waiting = { main: { reason: "CrashLoopBackOff", message: "back-off 10s", retryAtMs: 0 } };
  const status = statusOf(
    { containers: [container("main")] },
    { waiting, containers: [runtime("main", "exited", { exitCode: 7, restarts: 2 })] },
  );
  const [main] = status.containerStatuses!;
  assert.deepEqual(main?.state, { waiting: { reason: "CrashLoopBackOff", message: "back-off 10s" } });
  assert.equal(main?.lastState?.terminated?.exitCode, 7);
  assert.equal(main?.restartCount, 2);
  assert.equal(status.phase, "Running");
});

test("readiness: the probe's verdict, and until there is one what was said before", () => {
  const probed = { ...container("main"), readinessProbe: { httpGet: { port: 80 } } } as Container;
  const containers = [runtime("main", "running")];
  const first = statusOf({ containers: [probed] }, { containers });
  assert.equal(first.containerStatuses?.[0]?.ready, false);
  const healthy = statusOf({ containers: [probed] }, { containers, probes: { main: { readiness: true } } }, first);
  assert.equal(healthy.containerStatuses?.[0]?.ready, true);
  const adopted = statusOf({ containers: [probed] }, { containers }, healthy);
  assert.equal(adopted.containerStatuses?.[0]?.ready, true, "a restarted kubelet takes nothing out of service");
});

test("conditions keep the time of their last change, and those of others stay", () => {
  const gate = { type: "example.com/gate", status: "False", lastProbeTime: null, lastTransitionTime: null };
  const spec = { containers: [container("main")], readinessGates: [{ conditionType: "example.com/gate" }] };
  const known = { conditions: [gate] } as PodStatus;
  const before = statusOf(spec, { containers: [runtime("main", "running")] }, known, 1_000);
  const after = statusOf(spec, { containers: [runtime("main", "running")] }, before, 60_000);
  assert.deepEqual(after.conditions?.[0], gate);
  assert.equal(
    after.conditions?.find(({ type }) => type === "ContainersReady")?.lastTransitionTime,
    "1970-01-01T00:00:01Z",
  );
  assert.deepEqual(condition(after, "Ready"), [
    "False",
    "ReadinessGatesNotReady",
    'the status of pod readiness gate "example.com/gate" is not "True", but False',
  ]);
});

test("a pod that failed for a reason of its own says so and never leaves that phase", () => {
  const failure = { reason: "DeadlineExceeded", message: "late" };
  const spec = { containers: [container("main")] };
  const failed = statusOf(spec, {
    stage: { at: "terminating", graceSeconds: 30, sinceMs: 0, failure },
    containers: [runtime("main", "running")],
  });
  assert.deepEqual([failed.phase, failed.reason, failed.message], ["Failed", "DeadlineExceeded", "late"]);
  const later = statusOf(spec, { containers: [runtime("main", "exited", { exitCode: 0 })] }, failed);
  assert.deepEqual([later.phase, later.reason], ["Failed", "DeadlineExceeded"]);
});

test("a deleted pod whose containers have all ended is told as ended, whatever its policy", () => {
  const stage = { at: "ended", deleting: false } as const;
  const status = statusOf(
    { containers: [container("main")] },
    { stage, containers: [runtime("main", "exited", { exitCode: 137 })] },
  );
  assert.equal(status.phase, "Failed");
  assert.deepEqual(condition(status, "PodReadyToStartContainers"), ["False", undefined, undefined]);
});

function statusOf(spec: Partial<PodSpec>, facts: Partial<PodLife>, previous: PodStatus = {}, nowMs = 0): PodStatus {
  const pod = {
    metadata: { name: "web", namespace: "default", uid: "u" },
    spec: { restartPolicy: "Always", ...spec },
    status:
      previous.conditions === undefined
        ? {}
        : { conditions: previous.conditions.filter(({ type }) => type.includes("/")) },
  } as unknown as Pod;
  return podStatus({ ...newLife(pod), volumes: { is: "ready" }, ...facts }, previous, NODE, nowMs);
}

function condition(status: PodStatus, wanted: string) {
  const found = status.conditions?.find(({ type }) => type === wanted);
  return [found?.status, found?.reason, found?.message];
}

function container(name: string): Container {
  return { name, image: "busybox", resources: {} } as Container;
}

function runtime(
  name: string,
  state: RuntimeContainer["state"],
  { exitCode = 0, restarts = 0, reason = "" }: { exitCode?: number; restarts?: number; reason?: string } = {},
): RuntimeContainer {
  return {
    id: name,
    sandboxId: "s",
    name,
    attempt: restarts,
    state,
    createdAt: 1n,
    imageReference: "busybox",
    labels: {},
    annotations: { "io.kubernetes.container.restartCount": String(restarts) },
    startedAt: 1_000_000_000n,
    finishedAt: state === "exited" ? 2_000_000_000n : 0n,
    exitCode,
    reason,
    message: "",
    logPath: "",
    image: "busybox",
    imageId: "sha256:1",
  };
}
