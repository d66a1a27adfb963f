import assert from "node:assert/strict";
import { test } from "node:test";
import type { Field, Shape, StructShape } from "../shape.ts";
import { wrapIntegers } from "./wrap-integers.ts";

const field = (shape: Shape): Field => ({ shape, order: 0, required: false, pointer: true, omitEmpty: true });
const shape: StructShape = {
  type: "struct",
  name: "test.v1.Thing",
  atomic: false,
  fields: {
    small: field({ type: "integer", format: "int32" }),
    large: field({ type: "integer", format: "int64" }),
    items: field({
      type: "list",
      items: { type: "integer", format: "int32" },
      listType: "atomic",
      mapKeys: [],
    }),
  },
};

test("integers beyond their type keep their lowest bits", () => {
  for (const [given, wrapped] of [
    [{ small: 2 ** 31 }, { small: -(2 ** 31) }],
    [{ small: 2 ** 32 + 5 }, { small: 5 }],
    [{ small: 1e30 }, { small: 0 }],
    [{ large: 1e30 }, { large: -(2 ** 63) }],
    [{ large: -1e30 }, { large: -(2 ** 63) }],
    [{ items: [1, 2 ** 31] }, { items: [1, -(2 ** 31)] }],
    // What is no integer is for the decoder to refuse.
    [
      { small: 1.5, large: "7" },
      { small: 1.5, large: "7" },
    ],
  ]) {
    assert.deepEqual(wrapIntegers(shape, given), wrapped);
  }
});

test("a value without such integers is left as it is", () => {
  const value = { small: 7, large: 2 ** 53, items: [1], unknown: 1e30 };
  assert.equal(wrapIntegers(shape, value), value);
});
