import assert from "node:assert/strict";
import { test } from "node:test";
import { jsonOfGo } from "./go-json.ts";

test("JSON of Go: the least whole number has all its digits, what looks like it stays", () => {
  const least = -(2 ** 63);
  const value = { a: least, b: [1, least], c: String.raw`"\:${least}`, [`"${least}`]: least * 10 };
  const digits = "-9223372036854775808";
  assert.equal(
    jsonOfGo(value),
    JSON.stringify(value).replace(`"a":${least}`, `"a":${digits}`).replace(`[1,${least}`, `[1,${digits}`),
  );
});
