import assert from "node:assert/strict";
import { test } from "node:test";
import { keptSeconds } from "./plan.ts";

test("the larger the cluster the longer, and not to and fro at an edge", () => {
  const cases: readonly [nodes: number, before: number, seconds: number][] = [
    [0, 0, 0],
    [100, 0, 0],
    [101, 0, 15],
    [95, 15, 15],
    [89, 15, 0],
    [5_000, 0, 300],
    [3, 300, 0],
  ];
  for (const [nodes, before, seconds] of cases) assert.equal(keptSeconds(nodes, before), seconds, `${nodes} nodes`);
});
