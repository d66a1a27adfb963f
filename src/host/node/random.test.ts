import assert from "node:assert/strict";
import { test } from "node:test";
import { uuid } from "../../base/random.ts";
import { secureRandom } from "./random.ts";

test("random: numbers lie in [0, 1) and spread over it", () => {
  const random = secureRandom();
  const numbers = Array.from({ length: 10_000 }, () => random.next());
  assert(numbers.every((number) => number >= 0 && number < 1));
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  assert(mean > 0.45 && mean < 0.55);
});

test("random: bytes of any count, never twice the same", () => {
  const random = secureRandom();
  for (const count of [0, 1, 16, 1024, 8192, 100_000]) assert.equal(random.bytes(count).length, count);
  const ids = new Set(Array.from({ length: 5_000 }, () => uuid(random)));
  assert.equal(ids.size, 5_000);
});
