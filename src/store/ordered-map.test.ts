import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { OrderedMap } from "./ordered-map.ts";

const keys = Array.from({ length: 3_000 }, (_, number) => `/k/${(number * 7919) % 3_000}`);

test("ordered map: answers as a sorted array does, whatever was inserted and removed", () => {
  const operations = fc.array(fc.tuple(fc.nat(keys.length - 1), fc.boolean()), { minLength: 1, maxLength: 4_000 });
  fc.assert(
    fc.property(operations, fc.boolean(), (operations, startsFull) => {
      const model = new Map<string, number>(startsFull ? keys.map((key, index) => [key, index]) : []);
      const map = new OrderedMap(model);
      for (const [index, inserts] of operations) {
        const key = keys[index]!;
        if (inserts) {
          map.set(key, index);
          model.set(key, index);
        } else {
          map.delete(key);
          model.delete(key);
        }
      }
      assertEqual(map, model);
    }),
    { numRuns: 40 },
  );
});

test("ordered map: filled in order, emptied in order, filled again", () => {
  const map = new OrderedMap<number>();
  const model = new Map<string, number>();
  for (const [index, key] of keys.entries()) {
    map.set(key, index);
    model.set(key, index);
  }
  assertEqual(map, model);
  for (const key of keys.toSorted()) {
    map.delete(key);
    model.delete(key);
    if (model.size % 500 === 0) assertEqual(map, model);
  }
  assert.deepEqual([map.size, map.rank("/k/1"), map.slice(0, 10)], [0, 0, []]);
  map.set("/k/1", 1);
  assert.deepEqual(map.slice(0, 10), [1]);
});

function assertEqual(map: OrderedMap<number>, model: ReadonlyMap<string, number>): void {
  const sorted = [...model.keys()].toSorted();
  assert.equal(map.size, sorted.length);
  assert.deepEqual(
    map.slice(0, map.size),
    sorted.map((key) => model.get(key)),
  );
  for (let step = 0; step <= sorted.length; step += 97) {
    const key = sorted[step] ?? "/z";
    assert.equal(map.rank(key), step < sorted.length ? step : sorted.length);
    assert.equal(map.get(key), model.get(key));
    assert.deepEqual(
      map.slice(step, step + 300),
      sorted.slice(step, step + 300).map((key) => model.get(key)),
    );
  }
}
