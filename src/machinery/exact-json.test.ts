import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonInteger, jsonText, parseJson } from "./exact-json.ts";
import { jsonOfGo } from "./go-json.ts";

test("exact JSON: whole numbers of 64 bits keep their digits, and no other is a bigint", () => {
  const text =
    '{"a":[9223372036854775807,-9223372036854775808,9007199254740993,9007199254740991],"b":{"c":1764532800123456789}}';
  const value = parseJson(text);
  assert.deepEqual(value, {
    a: [9223372036854775807n, -9223372036854775808n, 9007199254740993n, 9007199254740991],
    b: { c: 1764532800123456789n },
  });
  assert.equal(jsonText(value), text);
  assert.equal(
    jsonText(parseJson("[1e18, 1234567890123456.5, 18446744073709551616]")),
    "[1000000000000000000,1234567890123456.5,18446744073709552000]",
  );
  assert.equal(jsonText({ a: [1n] }, 1), '{\n "a": [\n  1\n ]\n}');
  assert.throws(() => parseJson("[1234567890123456789"), SyntaxError);
});

test("exact JSON: what is nested as deep as a request may be is read", () => {
  const depth = 9_990;
  const text = `${"[".repeat(depth)}1234567890123456789${"]".repeat(depth)}`;
  assert.equal(Array.isArray(parseJson(text)), true);
});

test("exact JSON: integers of 64 bits are whole, those beyond are doubles", () => {
  assert.deepEqual([1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n].map(jsonInteger), [
    1,
    2n ** 53n,
    2n ** 63n - 1n,
    2 ** 63,
  ]);
});

test("exact JSON: a field of a built-in kind has the greatest whole number as it was sent", () => {
  assert.equal(
    jsonOfGo({ a: Number(2n ** 63n - 1n), b: "9223372036854775808" }),
    '{"a":9223372036854775807,"b":"9223372036854775808"}',
  );
});
