import assert from "node:assert/strict";
import { test } from "node:test";
import { issueText } from "../../machinery/issue.ts";
import type { Json } from "../../machinery/json.ts";
import type { JSONSchemaProps, ValidationRule } from "../generated/apiextensions-v1.ts";
import { decodeCustom, defaultCustom } from "./decode.ts";
import { formatOf, isOfFormat } from "./formats.ts";
import { jsonPath } from "./json-path.ts";
import { checkRules } from "./rules.ts";
import { checkValue } from "./validate.ts";

const schema: JSONSchemaProps = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      properties: {
        size: { type: "integer", default: 3 },
        open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        list: { type: "array", items: { type: "object", properties: { a: { type: "string", default: "x" } } } },
        inner: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          properties: { spec: { type: "object", additionalProperties: true } },
        },
        map: { type: "object", additionalProperties: { type: "object", properties: { b: { type: "integer" } } } },
      },
    },
  },
};

test("custom: what the schema does not know is pruned, and told", () => {
  const body = {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name: "a", junk: 1 },
    junk: true,
    spec: {
      open: { any: { thing: 1 } },
      list: [{ a: "1", b: 2 }],
      inner: { apiVersion: "v1", kind: "X", metadata: { labels: { a: "b" } }, spec: { y: 1 }, z: 2 },
      map: { k: { b: 1, c: 2 } },
    },
  };
  const { value, unknown } = decodeCustom(schema, body, undefined);
  assert.deepEqual(value["spec"], {
    open: { any: { thing: 1 } },
    list: [{ a: "1" }],
    inner: { apiVersion: "v1", kind: "X", metadata: { labels: { a: "b" } }, spec: { y: 1 } },
    map: { k: { b: 1 } },
  });
  assert.deepEqual(unknown, [
    'unknown field "junk"',
    'unknown field "metadata.junk"',
    'unknown field "spec.inner.z"',
    'unknown field "spec.list[0].b"',
    'unknown field "spec.map.k.c"',
  ]);
  const twice = decodeCustom(schema, { spec: { size: 2 } }, '{"spec":{"size":1,"size":2}}');
  assert.deepEqual(twice.unknown, ['duplicate field "spec.size"']);
});

test("custom: defaults stand for what is absent, or null and must not be", () => {
  const value = { spec: { size: null, list: [{}, { a: null }], open: null } } as never;
  defaultCustom(value, schema);
  assert.deepEqual(value, { spec: { size: 3, list: [{ a: "x" }, { a: "x" }] } });
});

test("custom: paths of columns and selectors", () => {
  const object = {
    spec: { n: 3, list: [{ a: "x" }, { a: "y" }] },
    metadata: { labels: { "a.b/c": "d" } },
    status: {
      conditions: [
        { type: "Ready", status: "True" },
        { type: "Other", status: "False" },
      ],
    },
  };
  const cases: readonly [string, readonly unknown[]][] = [
    [".spec.n", [3]],
    [".spec.none.more", []],
    [".spec.list[1].a", ["y"]],
    [".spec.list[-1].a", ["y"]],
    [".spec.list[*].a", ["x", "y"]],
    [".metadata.labels['a.b/c']", ["d"]],
    [String.raw`.metadata.labels.a\.b/c`, ["d"]],
    ['.status.conditions[?(@.type=="Ready")].status', ["True"]],
    [".status.conditions[?(@.type != 'Ready')].type", ["Other"]],
    ["{.spec.n}", [3]],
    ["nonsense", []],
  ];
  for (const [path, values] of cases) assert.deepEqual(jsonPath(path)(object), values, path);
});

test("custom: rules, in Kubernetes' words", () => {
  const ruled = (...rules: readonly ValidationRule[]): JSONSchemaProps => ({
    type: "object",
    properties: {
      min: { type: "integer" },
      part: { type: "number" },
      "a-b": { type: "integer" },
      when: { type: "string", format: "date-time" },
      name: { type: "string", "x-kubernetes-validations": [{ rule: "self == oldSelf", message: "name is immutable" }] },
      list: {
        type: "array",
        items: { type: "string", "x-kubernetes-validations": [{ rule: "self.size() > 1" }] },
      },
      map: {
        type: "object",
        additionalProperties: {
          type: "integer",
          "x-kubernetes-validations": [{ rule: "self > 0", message: "positive" }],
        },
      },
    },
    "x-kubernetes-validations": rules,
  });
  const forbids = {
    rule: "self.a__dash__b > 3",
    reason: "FieldValueForbidden",
    fieldPath: ".a-b",
    message: "too small",
  } as const;
  const tells = { rule: "self.min > 3", messageExpression: "'not ' + string(self.min)" };
  const keeps = { rule: "!oldSelf.hasValue() || oldSelf.value().min <= self.min", optionalOldSelf: true };
  const cases: readonly [
    rules: readonly ValidationRule[],
    value: Json,
    old: Json | undefined,
    told: readonly string[],
  ][] = [
    [[{ rule: "self.min > 3" }], { min: 4 }, undefined, []],
    [[{ rule: "self.min > 3" }], { min: 1 }, undefined, ["spec: Invalid value: failed rule: self.min > 3"]],
    [[tells], { min: 1 }, undefined, ["spec: Invalid value: not 1"]],
    [[forbids], { "a-b": 1 }, undefined, ["spec.a-b: Forbidden: too small"]],
    [[keeps], { min: 1 }, undefined, []],
    [[keeps], { min: 1 }, { min: 2 }, [`spec: Invalid value: failed rule: ${keeps.rule}`]],
    [[{ rule: "self.part > 1.0" }], { part: 2 }, undefined, []],
    [[{ rule: "self.when > timestamp('2020-01-01T00:00:00Z')" }], { when: "2021-01-01T00:00:00Z" }, undefined, []],
    [
      [{ rule: "self.none > 1" }],
      {},
      undefined,
      ['spec: Invalid value: "object": no such key: none evaluating rule: self.none > 1'],
    ],
    [[], { name: "a" }, undefined, []],
    [[], { name: "b" }, { name: "a" }, ['spec.name: Invalid value: "b": name is immutable']],
    [[], { list: ["a", "bb"] }, undefined, ['spec.list[0]: Invalid value: "a": failed rule: self.size() > 1']],
    [[], { map: { x: 0 } }, undefined, ["spec.map[x]: Invalid value: 0: positive"]],
  ];
  for (const [rules, value, old, told] of cases) {
    assert.deepEqual([...checkRules(value, old, ruled(...rules), "spec")].map(issueText), told, JSON.stringify(value));
  }
});

test("custom: formats", () => {
  const good = { "date-time": "2026-01-02T03:04:05Z", ipv4: "10.0.0.1", cidr: "10.0.0.0/8", uuid: crypto.randomUUID() };
  for (const [format, text] of Object.entries(good)) {
    assert.equal(isOfFormat(text, format), true, format);
    assert.equal(isOfFormat("nonsense", format), false, format);
  }
  assert.equal(formatOf({ type: "string", format: "unheard-of" }), "");
});

test("custom: a value of the right schema has nothing wrong", () => {
  assert.deepEqual(checkValue({ spec: { size: 1, map: {} } }, schema, ""), []);
});
