import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../json.ts";
import type { ManagedFieldsEntry } from "../object.ts";
import { list, map, string, struct } from "../shapes.fixture.ts";
import { applyConfiguration } from "./apply.ts";
import { excluding } from "./filter.ts";
import { fieldSetOf, pathsOf } from "./field-set.ts";
import { differOnlyInTimes } from "./times.ts";
import type { WriteContext } from "./update.ts";
import { managerFromUserAgent, ownershipOnUpdate } from "./update.ts";

// The whole behaviour is tested against recordings of Kubernetes, with the generated shapes: src/api/ownership.test.ts.

const meta = struct("meta.v1.ObjectMeta", { name: { shape: string }, labels: { shape: map(string) } });
const item = struct("v1.Item", { name: { shape: string, omitEmpty: false }, value: { shape: string } });
const spec = struct("v1.Spec", { size: { shape: string }, items: { shape: list(item, "map", ["name"]) } });
const shape = struct("v1.Thing", {
  metadata: { shape: meta, omitEmpty: false },
  spec: { shape: spec, omitEmpty: false },
});
const context: WriteContext & { readonly kind: string } = { shape, apiVersion: "v1", kind: "Thing" };

const thing = (given: JsonObject): JsonObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "a" },
  spec: given,
});
const applied = struct("v1.Thing", { ...shape.fields, apiVersion: { shape: string }, kind: { shape: string } });
const applying = { ...context, shape: applied };

function withManaged(object: JsonObject, managedFields: readonly ManagedFieldsEntry[]): JsonObject {
  return {
    ...object,
    metadata: { ...(object["metadata"] as JsonObject), managedFields: managedFields as unknown as JsonObject[] },
  };
}

test("apply: a configuration that changes nothing keeps the time of the last change", () => {
  const first = applyConfiguration(
    applying,
    undefined,
    thing({ size: "1" }),
    { manager: "a", subresource: "", now: 0 },
    { force: false },
  );
  assert.equal(first.changed, true);
  assert.equal(first.managedFields[0]!.time, "1970-01-01T00:00:00Z");
  const live = withManaged(first.object, first.managedFields);
  const again = applyConfiguration(
    applying,
    live,
    thing({ size: "1" }),
    { manager: "a", subresource: "", now: 9000 },
    { force: false },
  );
  assert.equal(again.changed, false);
  assert.deepEqual(again.managedFields, first.managedFields);
  const other = applyConfiguration(
    applying,
    live,
    thing({ size: "1" }),
    { manager: "b", subresource: "", now: 9000 },
    { force: false },
  );
  assert.deepEqual(
    other.managedFields.map(({ manager, time }) => [manager, time]),
    [
      ["b", undefined],
      ["a", "1970-01-01T00:00:00Z"],
    ],
  );
});

test("update: a write that changes nothing keeps all managers as they are", () => {
  const writer = { manager: "a", subresource: "", now: 0 };
  const first = ownershipOnUpdate(context, undefined, thing({ size: "1" }), writer);
  const live = withManaged(thing({ size: "1" }), first);
  const again = ownershipOnUpdate(context, live, structuredClone(live), { ...writer, now: 5000 });
  assert.deepEqual(again, first);
});

test("update: managers of a version that is served no more are forgotten, those of another are asked there", () => {
  const entry = (apiVersion: string): ManagedFieldsEntry => ({
    manager: "m",
    operation: "Update",
    apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: { "f:spec": { "f:extent": {}, "f:items": {} } },
  });
  const live = withManaged(thing({ size: "1" }), [entry("v2"), entry("v3")]);
  const extent = struct("v2.Spec", { extent: { shape: string } });
  const versions: NonNullable<WriteContext["versions"]> = (apiVersion) =>
    apiVersion === "v2"
      ? {
          shape: struct("v2.Thing", { spec: { shape: extent } }),
          convert: (value) => ({ spec: { extent: ((value as JsonObject)["spec"] as JsonObject)["size"] } }),
          convertBack: (value) => value,
        }
      : undefined;
  const writer = { manager: "w", subresource: "", now: 0 };
  const after = ownershipOnUpdate({ ...context, versions }, live, { ...live, spec: { size: "2" } }, writer);
  assert.deepEqual(
    after.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1]),
    [
      ["m", "v2", { "f:spec": { "f:items": {} } }],
      ["w", "v1", { "f:spec": { "f:size": {} } }],
    ],
  );
});

test("filters: what is left out goes with all below it", () => {
  const set = fieldSetOf(
    ["f:spec"],
    ["f:spec", "f:a"],
    ["f:spec", "k:{}", "f:x"],
    ["f:spec", "k:{}", "f:y"],
    ["f:status", "f:b"],
  );
  const show = (filter: ReturnType<typeof excluding>) => [...pathsOf(filter(set))].map((path) => path.join("/"));
  assert.deepEqual(show(excluding("status", "spec.a")), ["f:spec", "f:spec/k:{}/f:x", "f:spec/k:{}/f:y"]);
});

test("the manager of a client that names none", () => {
  assert.equal(managerFromUserAgent("kubectl/v1.36.3 (linux/amd64)"), "kubectl");
  assert.equal(managerFromUserAgent("Mozilla\u0007 5/x"), "Mozilla 5");
  assert.equal(managerFromUserAgent("x".repeat(200)), "x".repeat(128));
  assert.equal(managerFromUserAgent(""), "");
});

test("a write that changes nothing but times is told from one that changes more", () => {
  const entry = (time: string): ManagedFieldsEntry => ({ manager: "a", operation: "Apply", apiVersion: "v1", time });
  const live = withManaged(thing({ size: "1" }), [entry("1970-01-01T00:00:00Z")]);
  const later = [entry("1970-01-01T00:00:09Z")];
  assert.equal(differOnlyInTimes(live, withManaged(thing({ size: "1" }), later)), true);
  assert.equal(differOnlyInTimes(live, structuredClone(live)), false);
  assert.equal(differOnlyInTimes(live, withManaged(thing({ size: "2" }), later)), false);
  assert.equal(differOnlyInTimes(live, withManaged(thing({ size: "1" }), [{ ...later[0]!, manager: "b" }])), false);
  assert.equal(differOnlyInTimes(live, thing({ size: "1" })), false);
});
