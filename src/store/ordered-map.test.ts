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
  assert.deepEqual([map.size, map.values(), map.range("/k/1", "/z")], [0, [], { values: [], remaining: 0 }]);
  map.set("/k/1", 1);
  assert.deepEqual(map.range("", "/z"), { values: [1], remaining: 0 });
});

function assertEqual(map: OrderedMap<number>, model: ReadonlyMap<string, number>): void {
  const sorted = [...model.keys()].toSorted();
  const valuesOf = (keys: readonly string[]) => keys.map((key) => model.get(key));
  assert.equal(map.size, sorted.length);
  assert.deepEqual(map.values(), valuesOf(sorted));
  for (let step = 0; step <= sorted.length; step += 97) {
    const first = sorted[step] ?? "/z";
    assert.equal(map.get(first), model.get(first));
    for (const length of [0, 1, 300, 5_000]) {
      const end = sorted[step + length] ?? "/z";
      const keys = sorted.slice(step, step + length);
      assert.deepEqual(map.range(first, end), { values: valuesOf(keys), remaining: 0 });
      const some = { values: valuesOf(keys.slice(0, 50)), remaining: Math.max(keys.length - 50, 0) };
      assert.deepEqual(map.range(first, end, 50), some);
    }
    assert.deepEqual(map.range(`${first}!`, `${first}!~`), { values: [], remaining: 0 });
  }
}
