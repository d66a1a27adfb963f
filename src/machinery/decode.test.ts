import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { applyDefaults, DecodeError, decodeValue } from "./decode.ts";
import type { MutableJson } from "./json.ts";
import { boolean, double, int32, int64, list, map, string, struct, text } from "./shapes.fixture.ts";
import vectors from "./testdata/decode.json" with { type: "json" };

const inner = struct("main.Inner", { a: { shape: string }, b: { shape: string, pointer: true, omitEmpty: false } });
const port = struct("main.Port", {
  name: { shape: string, omitEmpty: false },
  port: { shape: int32, omitEmpty: false },
  target: { shape: text("int-or-string"), omitEmpty: false },
  on: { shape: boolean, pointer: true },
});
const spec = struct("main.Spec", {
  replicas: { shape: int32, pointer: true },
  count: { shape: int32 },
  big: { shape: int64 },
  required: { shape: string, omitEmpty: false },
  paused: { shape: boolean },
  ratio: { shape: double },
  ports: { shape: list(port) },
  args: { shape: list(string) },
  names: { shape: list(string), omitEmpty: false },
  labels: { shape: map(string) },
  limits: { shape: map(text("quantity")) },
  cpu: { shape: text("quantity"), omitEmpty: false },
  memory: { shape: text("quantity"), pointer: true },
  data: { shape: text("byte") },
  started: { shape: text("date-time"), pointer: true },
  created: { shape: text("date-time") },
  tick: { shape: text("micro-time"), omitEmpty: false },
  wait: { shape: text("duration"), pointer: true },
  inner: { shape: inner, omitEmpty: false },
  maybe: { shape: inner, pointer: true },
  constructor: { shape: string },
});
const thing = struct("main.Thing", { kind: { shape: string }, spec: { shape: spec, omitEmpty: false } });

interface Vector {
  readonly input: string;
  readonly output?: unknown;
  readonly strict?: readonly string[];
  readonly error?: string;
}

test("decoding: values, strict problems and errors as recorded from sigs.k8s.io/json", () => {
  for (const { input, output, strict = [], error } of vectors as readonly Vector[]) {
    if (error !== undefined) {
      assert.throws(() => decodeValue(thing, JSON.parse(input), { text: input }), new DecodeError(error), input);
      continue;
    }
    const { value, unknown } = decodeValue(thing, JSON.parse(input), { text: input });
    assert.equal(JSON.stringify(value), JSON.stringify(output), input);
    assert.deepEqual(unknown, strict, input);
  }
});

test("decoding: duplicates are only looked for in a text", () => {
  assert.deepEqual(decodeValue(thing, { spec: { foo: 1 } }).unknown, ['unknown field "spec.foo"']);
  assert.deepEqual(decodeValue(thing, { spec: { count: 1 } }).unknown, []);
});

test("decoding: the result shares nothing with the input", () => {
  const input = { spec: { labels: { a: "b" }, args: ["x"], maybe: {} } };
  const { value } = decodeValue(thing, input);
  const decoded = value as typeof input;
  assert.notEqual(decoded.spec.labels, input.spec.labels);
  assert.notEqual(decoded.spec.args, input.spec.args);
  assert.notEqual(decoded.spec.maybe, input.spec.maybe);
});

test("decoding twice changes nothing more", () => {
  const json = fc.record(
    {
      replicas: fc.integer({ min: -5, max: 5 }),
      required: fc.string(),
      args: fc.array(fc.string(), { maxLength: 3 }),
      labels: fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }),
      cpu: fc.constantFrom("1000m", "1.5Gi", "0.1n", "12e6"),
      maybe: fc.record({ a: fc.string(), extra: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(json, (given) => {
      const once = decodeValue(thing, { spec: given }).value;
      assert.equal(JSON.stringify(decodeValue(thing, once).value), JSON.stringify(once));
      assert.deepEqual(decodeValue(thing, once).unknown, []);
    }),
  );
});

test("defaults: absent fields, and zero ones that are no pointers", () => {
  const shape = struct("main.Owner", {
    protocol: { shape: string, default: "TCP" },
    replicas: { shape: int32, pointer: true, default: 1 },
    ports: { shape: list(struct("main.P", { protocol: { shape: string, default: "TCP" } })) },
    byName: { shape: map(struct("main.Q", { mode: { shape: string, default: "x" } })) },
    template: { shape: struct("main.T", { deep: { shape: map(string), default: { a: "b" } } }), pointer: true },
  });
  const defaulted = (value: MutableJson) => {
    applyDefaults(shape, value);
    return value;
  };
  assert.deepEqual(defaulted({}), { protocol: "TCP", replicas: 1 });
  assert.deepEqual(defaulted({ protocol: "", replicas: 0 }), { protocol: "TCP", replicas: 0 });
  assert.deepEqual(
    defaulted({ protocol: "UDP", replicas: 2, ports: [{}, { protocol: "SCTP" }], byName: { a: {} }, template: {} }),
    {
      protocol: "UDP",
      replicas: 2,
      ports: [{ protocol: "TCP" }, { protocol: "SCTP" }],
      byName: { a: { mode: "x" } },
      template: { deep: { a: "b" } },
    },
  );
});

test("decoding: a schema within a schema loses what is unknown without a word", () => {
  const schema = struct("main.Schema", { type: { shape: string } });
  const shape = struct("main.Owner", { items: { shape: { type: "any", protobuf: "schema-or-array", schema } } });
  const { value, unknown } = decodeValue(shape, { items: [{ type: "object", foo: 1 }, true, { type: 5 }] });
  assert.deepEqual(value, { items: [{ type: "object" }, true, { type: 5 }] });
  assert.deepEqual(unknown, []);
});
