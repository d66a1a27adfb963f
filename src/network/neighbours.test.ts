import assert from "node:assert/strict";
import { test } from "node:test";
import { heartbeatMs, MOST_MISSED, Neighbours } from "./neighbours.ts";

const present = new Set(["b", "c"]);
const from = (node: string, silent: readonly string[] = []) => ({ node, silent });

/** So many beats in which nothing is heard. */
function wait(known: Neighbours, beats = MOST_MISSED) {
  return Array.from({ length: beats }, () => known.beats(present)).filter(({ moved }) => moved).length;
}

test("neighbours: who was never heard does not fall silent, who was does, once", () => {
  const known = new Neighbours("a");
  assert.equal(wait(known, 100), 0);
  known.hears(from("b"));
  assert.equal(wait(known, MOST_MISSED - 1), 0);
  assert.deepEqual(known.beats(present), { moved: true, isBelievedAgain: false });
  assert.deepEqual(known.silent(), ["b"]);
  assert.equal(wait(known, 100), 0);
  assert.deepEqual(known.hears(from("b")), { moved: true, isBelievedAgain: false });
  assert.deepEqual(known.silent(), []);
});

test("neighbours: one that beats keeps itself alive, and one whose Node is gone is forgotten", () => {
  const known = new Neighbours("a");
  for (let beat = 0; beat < 100; beat++) {
    known.hears(from("b"));
    assert.deepEqual(known.beats(present), { moved: false, isBelievedAgain: false });
  }
  wait(known);
  assert.deepEqual(known.silent(), ["b"]);
  assert.equal(known.beats(new Set()).moved, true);
  assert.deepEqual(known.silent(), []);
});

test("neighbours: who took this node for silent and does so no more, or is gone, leaves its addresses to be told anew", () => {
  const known = new Neighbours("a");
  assert.equal(known.hears(from("b", ["a", "c"])).isBelievedAgain, false);
  assert.equal(known.hears(from("b", ["a"])).isBelievedAgain, false);
  assert.equal(known.hears(from("b", ["c"])).isBelievedAgain, true);
  assert.equal(known.hears(from("b")).isBelievedAgain, false);
  known.hears(from("b", ["a"]));
  wait(known, MOST_MISSED - 1);
  assert.deepEqual(known.beats(present), { moved: true, isBelievedAgain: true });
});

test("neighbours: many of them are told less often, so that a node sends no more than 50 messages a second", () => {
  for (const count of [1, 3, 25, 100, 1000]) assert(count / (heartbeatMs(count) / 1000) <= 50);
  assert.equal(heartbeatMs(3), 500);
});
