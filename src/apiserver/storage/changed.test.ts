import assert from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../machinery/object.ts";
import { describeChange } from "./changed.ts";

function object(kind: string, fields: object): KubeObject {
  return { apiVersion: "v1", kind, metadata: { name: "x" }, ...fields } as unknown as KubeObject;
}

function pod(state: object, restartCount: number): KubeObject {
  return object("Pod", { status: { containerStatuses: [{ name: "web", state, restartCount }] } });
}

test("changes: a field, by its path, from what to what", () => {
  assert.deepEqual(
    describeChange(object("Pod", { spec: { nodeName: "a" } }), object("Pod", { spec: { nodeName: "b" } })),
    ["spec.nodeName: a → b"],
  );
});

test("changes: of a container its state and its restarts", () => {
  const waiting = pod({ waiting: { reason: "ContainerCreating" } }, 0);
  const running = pod({ running: { startedAt: "2026-01-01T00:00:00Z" } }, 0);
  const crashed = pod({ terminated: { exitCode: 1, reason: "Error" } }, 1);
  assert.deepEqual(describeChange(waiting, running), [
    "status.containerStatuses[web]: waiting (ContainerCreating) → running",
  ]);
  assert.deepEqual(describeChange(running, crashed), [
    "status.containerStatuses[web]: running → terminated with 1 (Error), 1 restarts",
  ]);
});

test("changes: of a Secret only that it changed, never what it held", () => {
  const before = object("Secret", { data: { password: "b2xk" } });
  for (const after of [object("Secret", { data: { password: "bmV3" } }), object("Secret", {})]) {
    const [point, ...more] = describeChange(before, after);
    assert.deepEqual(more, []);
    assert.match(point!, /^data(\.password)?: changed$/);
  }
});
