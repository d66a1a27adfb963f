import assert from "node:assert/strict";
import { test } from "node:test";
import { followSpecs, type Progress } from "./live.ts";

const DASHES = "-".repeat(30);

function follow(text: string) {
  const seen: Progress[] = [];
  const live = followSpecs((progress) => seen.push(progress));
  for (const line of text.split("\n")) live.line(line);
  return {
    seen,
    results: live.results().map(({ name, passed, seconds, failure }) => [name, passed, seconds, failure?.message]),
  };
}

test("conformance: several specs at once tell their state first", () => {
  const { seen, results } = follow(`Will run 2 of 7579 specs
${DASHES}
${DASHES}
• [5.212 seconds]
[sig-apps] ReplicaSet should be listed [Conformance] [sig-apps, Conformance]
/e2e/apps/replica_set.go:179

  STEP: one
${DASHES}
• [FAILED] [7.8 seconds]
[sig-node] Pods [It] should run [NodeConformance] [Conformance] [sig-node, NodeConformance, Conformance]
/e2e/node/pods.go:9

  ${DASHES}
  [FAILED] not yet
  [FAILED] it did not
  In [It] at: /e2e/node/pods.go:12
${DASHES}
[SynchronizedAfterSuite] PASSED [0.000 seconds]
${DASHES}`);
  assert.deepEqual(results, [
    ["[sig-apps] ReplicaSet should be listed [Conformance]", true, 5.212, undefined],
    ["[sig-node] Pods should run [NodeConformance] [Conformance]", false, 7.8, "it did not"],
  ]);
  assert.deepEqual(
    seen.map(({ total, passed, failed }) => [total, passed, failed]),
    [
      [2, 1, 0],
      [2, 1, 1],
    ],
  );
});

test("conformance: one spec at a time tells its state last", () => {
  const { results } = follow(`${DASHES}
[sig-scheduling] Predicates [Serial] counts ports [Conformance] [sig-scheduling, Serial, Conformance]
/e2e/predicates.go:7
  STEP: one
• [305.1 seconds]
${DASHES}`);
  assert.deepEqual(results, [
    ["[sig-scheduling] Predicates [Serial] counts ports [Conformance]", true, 305.1, undefined],
  ]);
});
