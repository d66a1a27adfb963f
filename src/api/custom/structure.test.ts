import assert from "node:assert/strict";
import { test } from "node:test";
import { issueText } from "../../machinery/issue.ts";
import type { Json } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { structureIssues } from "./structure.ts";

const text: JSONSchemaProps = { type: "string" };
const schema: JSONSchemaProps = {
  type: "object",
  properties: {
    set: { type: "array", "x-kubernetes-list-type": "set", items: text },
    map: {
      type: "array",
      "x-kubernetes-list-type": "map",
      "x-kubernetes-list-map-keys": ["name"],
      items: { type: "object", properties: { name: text } },
    },
    object: { type: "object", "x-kubernetes-embedded-resource": true },
    many: { type: "object", additionalProperties: { type: "array", "x-kubernetes-list-type": "set", items: text } },
  },
};
const told = (value: Json) => [...structureIssues(value, schema, "")].map(issueText);

test("structure: the second of those that are alike is told", () => {
  assert.deepEqual(told({ set: ["a", "b", "a", "a"], many: { x: ["c", "c"] } }), [
    'set[2]: Duplicate value: "a"',
    'many[x][1]: Duplicate value: "c"',
  ]);
  assert.deepEqual(told({ map: [{ name: "a", more: 1 }, { name: "b" }, { name: "a" }, null, {}] }), [
    'map[2]: Duplicate value: {"name":"a"}',
    "map[4]: Duplicate value: {}",
  ]);
});

test("structure: what is of another type than the schema says is not looked into", () => {
  assert.deepEqual(told({ set: 1, object: "a", many: [] }), []);
  assert.deepEqual(told({ map: [{ name: "a" }, 1, { name: "a" }] }), [
    "map[1]: Invalid value: 1: must be an object for an array of list-type map",
  ]);
});

test("structure: an object of the API says what it is, and its metadata are in order", () => {
  assert.deepEqual(told({ object: {} }), ["object.apiVersion: Required value", "object.kind: Required value"]);
  assert.deepEqual(told({ object: { apiVersion: "v1", kind: "Pod" } }), []);
  const issues = told({ object: { apiVersion: "a/b/c", kind: "1x", metadata: { labels: { a: "b c" } } } });
  assert.deepEqual(
    issues.map((issue) => issue.split(":")[0]),
    ["object.apiVersion", "object.kind", "object.metadata.labels"],
  );
});
