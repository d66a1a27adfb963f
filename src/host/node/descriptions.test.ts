import assert from "node:assert/strict";
import { test } from "node:test";
import { readDescriptions } from "./descriptions.ts";

const META = "io.k8s.apimachinery.pkg.apis.meta.v1";
const describe = readDescriptions();

test("descriptions: of types and fields, by OpenAPI names", () => {
  assert.match(describe("io.k8s.api.core.v1.Pod") ?? "", /^Pod is a collection of containers/);
  assert.match(
    describe("io.k8s.api.apps.v1.ReplicaSetSpec", "replicas") ?? "",
    /^Replicas is the number of desired pods/,
  );
  assert.match(describe(`${META}.ListMeta`, "continue") ?? "", /^continue may be set if the user set a limit/);
  assert.match(describe("io.k8s.api.events.v1.Event") ?? "", /^Event is a report of an event somewhere in the cluster/);
  assert.notEqual(describe("io.k8s.api.core.v1.Event", "type"), describe("io.k8s.api.events.v1.Event", "type"));
});

test("descriptions: no text of a type stands for that of a field", () => {
  assert.equal(describe("io.k8s.api.apps.v1.RollingUpdateDeployment", "maxSurge"), undefined);
});

test("descriptions: of options and what goes beside them, as methods have them for parameters", () => {
  assert.match(describe(`${META}.ListOptions`, "labelSelector") ?? "", /restrict the list of returned objects/);
  assert.match(describe(`${META}.ListOptions`, "continue") ?? "", /^The continue option should be set/);
  assert.match(describe(`${META}.ListOptions`, "pretty") ?? "", /^If 'true', then/);
  assert.match(describe(`${META}.PatchOptions`, "fieldManager") ?? "", /required for apply requests/);
  assert.doesNotMatch(describe(`${META}.CreateOptions`, "fieldManager") ?? "", /required for apply requests/);
  assert.match(describe("io.k8s.api.core.v1.PodExecOptions", "command") ?? "", /^Command is the remote command/);
});

test("descriptions: what is unknown, or the package absent, is undescribed", () => {
  assert.equal(describe("com.example.v1.Nothing"), undefined);
  assert.equal(describe("io.k8s.api.core.v1.Pod", "nothing"), undefined);
  assert.equal(readDescriptions("/nonexistent")("io.k8s.api.core.v1.Pod"), undefined);
});
