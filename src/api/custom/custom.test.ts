import assert from "node:assert/strict";
import { test } from "node:test";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { decodeCustom, defaultCustom } from "./decode.ts";
import { formatNamed } from "./formats.ts";
import { jsonPath } from "./json-path.ts";
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

test("custom: formats", () => {
  const good = { "date-time": "2026-01-02T03:04:05Z", ipv4: "10.0.0.1", cidr: "10.0.0.0/8", uuid: crypto.randomUUID() };
  for (const [format, text] of Object.entries(good)) {
    assert.equal(formatNamed(format)!(text), true, format);
    assert.equal(formatNamed(format)!("nonsense"), false, format);
  }
  assert.equal(formatNamed("unheard-of"), undefined);
});

test("custom: a value of the right schema has nothing wrong", () => {
  assert.deepEqual(checkValue({ spec: { size: 1, map: {} } }, schema, ""), []);
});
