import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeValue } from "./decode.ts";
import { fieldsGivenEmpty, givenEmpty, withGivenEmpty } from "./given-empty.ts";
import { list, map, string, struct } from "./shapes.fixture.ts";

const inner = struct("main.Inner", {
  names: { shape: list(string), omitEmpty: false },
  labels: { shape: map(string) },
});
const outer = struct("main.Outer", { inner: { shape: inner, omitEmpty: false }, args: { shape: list(string) } });

test("what was given empty is absent, and still told from what was not given", () => {
  const value = decodeValue(outer, { inner: { names: [], labels: {} }, args: ["a"] }).value as unknown as {
    readonly inner: object;
  };
  assert.deepEqual(value, { inner: { names: null }, args: ["a"] });
  assert.deepEqual(givenEmpty(value.inner, "names"), []);
  assert.deepEqual(givenEmpty(value.inner, "labels"), {});
  assert.equal(givenEmpty(value, "args"), undefined);
  assert.deepEqual([...fieldsGivenEmpty(value.inner)!.keys()], ["names", "labels"]);
  // Only what is written even where it is empty has an owner.
  assert.deepEqual(withGivenEmpty(value), { inner: { names: [] }, args: ["a"] });
});

test("a document without such fields is left as it is", () => {
  const value = decodeValue(outer, { inner: { names: ["a"] } }).value as object;
  assert.equal(withGivenEmpty(value), value);
});
