import assert from "node:assert/strict";
import { test } from "node:test";
import { issueText } from "../../machinery/issue.ts";
import type { Json } from "../../machinery/json.ts";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { checkValue } from "./validate.ts";

const told = (value: Json, schema: JSONSchemaProps) => checkValue(value, schema, "a").map(issueText);
const whole: JSONSchemaProps = { type: "integer" };

test("numbers: a whole number is one of 64 bits, and what its format says", () => {
  assert.deepEqual(told(2n ** 63n - 1n, whole), []);
  assert.deepEqual(told(2 ** 64, whole), [
    'a: Invalid value: "number": a in body must be of type integer: "number"',
    '<nil>: Invalid value: "": Checked value must be of type integer (default format) in a',
  ]);
  assert.deepEqual(told(1.5, { ...whole, format: "int64" }), [
    'a: Invalid value: "float64": a in body must be of type int64: "float64"',
    '<nil>: Invalid value: "": Checked value must be of type integer with format int64 in a',
  ]);
  assert.deepEqual(told(2 ** 31, { ...whole, format: "int32" }), [
    '<nil>: Invalid value: "": Checked value must be of type integer with format int32 in a',
  ]);
  assert.deepEqual(told(2 ** 31, { ...whole, format: "unheard-of" }), []);
});

test("numbers: bounds hold of every digit", () => {
  const schema: JSONSchemaProps = { ...whole, minimum: 3, maximum: 2 ** 60, exclusiveMinimum: true };
  assert.deepEqual(told(2n ** 60n, schema), []);
  assert.equal(told(2n ** 60n + 1n, schema).length, 1);
  assert.deepEqual(told(3, schema), ["a: Invalid value: 3: a in body should be greater than 3"]);
  assert.deepEqual(told(8, { ...whole, maximum: 7.5 }), [
    '<nil>: Invalid value: "": Maximum boundary value must be of type integer (default format) in a',
    "a: Invalid value: 8: a in body should be less than or equal to 7.5",
  ]);
});

test("numbers: multiples, of tenths too", () => {
  const tenths: JSONSchemaProps = { type: "number", multipleOf: 0.1 };
  assert.deepEqual(told(0.3, tenths), []);
  assert.deepEqual(told(0.35, tenths), ["a: Invalid value: 0.35: a in body should be a multiple of 0.1"]);
  assert.deepEqual(told(2n ** 60n, { ...whole, multipleOf: 2 }), []);
  assert.equal(told(2n ** 60n + 1n, { ...whole, multipleOf: 2 }).length, 1);
});
