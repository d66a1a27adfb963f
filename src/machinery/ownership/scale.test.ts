import assert from "node:assert/strict";
import { test } from "node:test";
import type { ManagedFieldsEntry } from "../object.ts";
import { ownersAfterScale, scaleOwners } from "./scale.ts";

const scaled = { apiVersion: "apps/v1", replicas: "spec.replicas" };
const time = "2026-01-02T03:04:05Z";
const entry = (manager: string, operation: "Apply" | "Update", spec: object): ManagedFieldsEntry => ({
  manager,
  operation,
  apiVersion: "apps/v1",
  time,
  fieldsType: "FieldsV1",
  fieldsV1: { "f:spec": spec },
});
const both = { "f:paused": {}, "f:replicas": {} };
const number = { "f:replicas": {} };

test("a scale is owned by those who own the number", () => {
  const owners = scaleOwners(scaled, [entry("one", "Apply", both), entry("two", "Update", { "f:paused": {} })]);
  assert.deepEqual(owners, [{ ...entry("one", "Apply", number), apiVersion: "autoscaling/v1" }]);
});

test("an applier that keeps the number keeps its entry; an updater's number becomes an entry of its own", () => {
  const before = [entry("one", "Apply", both), entry("two", "Update", both)];
  const { time: _, ...untimed } = entry("two", "Update", number);
  assert.deepEqual(ownersAfterScale(scaled, before, scaleOwners(scaled, before)), [
    entry("one", "Apply", both),
    untimed,
    entry("two", "Update", { "f:paused": {} }),
  ]);
});

test("who takes the number by the scale has it from those who had it", () => {
  const taken = { ...entry("three", "Update", number), apiVersion: "autoscaling/v1", subresource: "scale" };
  const { time: _, ...untimed } = { ...taken, apiVersion: "apps/v1" };
  assert.deepEqual(ownersAfterScale(scaled, [entry("one", "Apply", both)], [taken]), [
    entry("one", "Apply", { "f:paused": {} }),
    untimed,
  ]);
});
