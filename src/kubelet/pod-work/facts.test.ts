import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../../api/generated/core-v1.ts";
import { newLife, type PodLife } from "../pod-life/state.ts";
import type { ContainerStatus } from "../ports/runtime.ts";
import { exitFacts, probeFacts } from "./facts.ts";

const container = (more: Partial<ContainerStatus>) =>
  ({ id: "1", name: "main", state: "running", exitCode: 0, reason: "", ...more }) as ContainerStatus;
const life = (more: Partial<PodLife>): PodLife => ({
  ...newLife({ metadata: {}, spec: {}, status: {} } as Pod),
  ...more,
});

test("a probe's verdict is told with its reason and time", () => {
  const verdict = { id: "1", container: "web", kind: "readiness", tookMs: 4 } as const;
  assert.deepEqual(probeFacts({ ...verdict, healthy: true }), {
    "readiness probe of web": "succeeded",
    "readiness probe of web ms": 4,
  });
  assert.equal(
    probeFacts({ ...verdict, healthy: false, message: "statuscode: 503" })["readiness probe of web"],
    "failed: statuscode: 503",
  );
});

test("an end is told once, with who wanted it", () => {
  const ended = container({ state: "exited", exitCode: 137, reason: "OOMKilled" });
  assert.deepEqual(exitFacts(life({ containers: [container({})] }), ended), {
    "end of main": "exit code 137 (OOMKilled), by itself",
  });
  const kills = {
    "1": { name: "main", sinceMs: 0, graceSeconds: 1, hook: "none", stopSent: true, forRestart: false },
  } as const;
  const done = container({ state: "exited", reason: "Completed" });
  assert.deepEqual(exitFacts(life({ containers: [container({})], kills }), done), {
    "end of main": "exit code 0 (Completed), as the kubelet asked",
  });
  assert.deepEqual(exitFacts(life({ containers: [ended] }), ended), {}, "it was known already");
  assert.deepEqual(exitFacts(life({ containers: [container({})] }), container({})), {});
});
