import assert from "node:assert/strict";
import { test } from "node:test";
import { runSimulation } from "../../src/cluster/simulation/run.ts";

for (const seed of [1, 2, 3]) {
  test(`a cluster of seed ${seed} mends after its faults, and every run of it is the same`, async () => {
    const run = () => runSimulation({ seed, minutes: 2, nodes: 4 });
    const first = await run();
    assert.deepEqual(first.breaches, []);
    const second = await run();
    assert.equal(second.hash, first.hash, `they part at ${firstDifference(first.events, second.events)}`);
  });
}

function firstDifference(first: readonly string[], second: readonly string[]): string {
  const at = first.findIndex((event, index) => event !== second[index]);
  return `${first[at] ?? "the end"} and ${second[at] ?? "the end"}`;
}
