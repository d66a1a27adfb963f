import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { FieldSet } from "./field-set.ts";
import {
  fieldSetOf,
  hasPath,
  intersectSets,
  parseFields,
  pathsOf,
  printFields,
  subtractSets,
  subtractTrees,
  unionSets,
} from "./field-set.ts";
import { compareElements, OwnershipError } from "./path-element.ts";

const element = fc.oneof(
  fc.constantFrom("f:a", "f:b", "f:\u{1F600}"),
  fc.integer({ min: 0, max: 20 }).map((port) => `k:{"port":${port}}`),
  fc.constantFrom("a", "b", "aa", '"').map((name) => `k:{"name":${JSON.stringify(name)}}`),
  fc.constantFrom(1, 2, 10, "1", true).map((value) => `v:${JSON.stringify(value)}`),
  fc.integer({ min: 0, max: 12 }).map((index) => `i:${index}`),
);
const fieldSet = fc
  .array(fc.array(element, { minLength: 1, maxLength: 3 }), { maxLength: 8 })
  .map((paths) => fieldSetOf(...paths));

function texts(set: FieldSet): Set<string> {
  return new Set([...pathsOf(set)].map((path) => path.join("/")));
}

test("field sets: union, intersection and difference are those of their paths", () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (a, b) => {
      const [left, right] = [texts(a), texts(b)];
      assert.deepEqual(texts(unionSets(a, b)), left.union(right));
      assert.deepEqual(texts(intersectSets(a, b)), left.intersection(right));
      assert.deepEqual(texts(subtractSets(a, b)), left.difference(right));
      assert.ok([...pathsOf(a)].every((path) => hasPath(a, path)));
    }),
  );
});

test("field sets: taking a tree away leaves nothing below it", () => {
  fc.assert(
    fc.property(fieldSet, fieldSet, (a, b) => {
      const taken = [...texts(b)];
      const expected = [...texts(a)].filter((path) => !taken.some((top) => path === top || path.startsWith(`${top}/`)));
      assert.deepEqual(texts(subtractTrees(a, b)), new Set(expected));
    }),
  );
});

test("field sets: what does not change is the same set", () => {
  fc.assert(
    fc.property(fieldSet, (a) => {
      assert.equal(unionSets(a, a), a);
      assert.equal(subtractSets(a, fieldSetOf(["f:elsewhere"])), a);
      assert.equal(intersectSets(a, a), a);
    }),
  );
});

test("field sets: printing and reading give the same set, in order", () => {
  fc.assert(
    fc.property(fieldSet, (a) => {
      const fields = printFields(a);
      assert.deepEqual(texts(parseFields(fields)), texts(a));
      const level = Object.keys(fields);
      assert.deepEqual(level, level.toSorted(compareElements));
      assert.equal(JSON.stringify(printFields(parseFields(fields))), JSON.stringify(fields));
    }),
  );
});

test("field sets: texts of clients become canonical; unknown kinds of steps are dropped", () => {
  const set = parseFields({ 'k:{"b": 1, "a":"x"}': { ".": {}, "f:q": {} }, "z:new": {}, "f:x": {} });
  assert.deepEqual(texts(set), new Set(["f:x", 'k:{"a":"x","b":1}', 'k:{"a":"x","b":1}/f:q']));
  assert.throws(() => parseFields({ x: {} }), new OwnershipError("key must be 2 characters long:"));
  assert.throws(() => parseFields({ "k:{": {} }), OwnershipError);
});

test("path elements: numbers come by value, then texts", () => {
  const elements = [
    "v:true",
    'v:"1"',
    "v:10",
    "v:2",
    "i:10",
    "i:9",
    'k:{"port":80}',
    'k:{"port":9}',
    'k:{"a":1}',
    "f:z",
  ];
  assert.deepEqual(elements.toSorted(compareElements), [
    "f:z",
    'k:{"a":1}',
    'k:{"port":9}',
    'k:{"port":80}',
    "v:2",
    "v:10",
    'v:"1"',
    "v:true",
    "i:9",
    "i:10",
  ]);
});
