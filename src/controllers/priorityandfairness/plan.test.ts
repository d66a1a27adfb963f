import assert from "node:assert/strict";
import { test } from "node:test";
import type { FlowSchema } from "../../api/flowcontrol/v1/flow-schema.ts";
import type { PriorityLevelConfiguration } from "../../api/flowcontrol/v1/priority-level-configuration.ts";
import { danglingCondition, keptLevels, keptSchemas, planConfiguration } from "./plan.ts";

const KEEPS = "apf.kubernetes.io/autoupdate-spec";
const LEVELS = new Map([...keptLevels.mandatory, ...keptLevels.suggested]);

function level(name: string, keeps?: string, spec: object = {}, generation = 2): PriorityLevelConfiguration {
  const annotations = keeps === undefined ? { other: "1" } : { other: "1", [KEEPS]: keeps };
  const metadata = { name, uid: "u", resourceVersion: "1", creationTimestamp: null, generation, annotations };
  return { metadata, spec: { ...LEVELS.get(name), ...spec } } as unknown as PriorityLevelConfiguration;
}

const OTHER = { type: "Limited", limited: { nominalConcurrencyShares: 1 } };

for (const [what, name, current, expected] of [
  ["a missing one is made", "system", undefined, "create"],
  ["a missing mandatory one is made", "exempt", undefined, "create"],
  ["nobody misses another", "mine", undefined, "nothing"],
  ["one as it is meant", "system", level("system", "true"), "nothing"],
  ["a changed one", "system", level("system", "true", OTHER), "update"],
  ["one that is somebody's", "system", level("system", "false", OTHER), "nothing"],
  ["one that says nothing and was never changed", "system", level("system", undefined, OTHER, 1), "update"],
  ["one that says nothing and was changed", "system", level("system", undefined, OTHER), "update"],
  ["a mandatory one is nobody's", "catch-all", level("catch-all", "false", OTHER), "update"],
  ["figures of the exempt level", "exempt", level("exempt", "true", { exempt: { lendablePercent: 9 } }), "nothing"],
  ["an exempt level without figures", "exempt", level("exempt", "true", { exempt: undefined }), "update"],
  ["one that is marked as if it were one of these", "mine", level("mine", "t", OTHER), "delete"],
  ["another", "mine", level("mine", undefined, OTHER), "nothing"],
] as const) {
  test(`priorityandfairness: ${what}`, () => {
    assert.equal(planConfiguration(name, current, keptLevels).act, expected);
  });
}

test("priorityandfairness: what was changed becomes as it is meant, and says so", () => {
  const changed = planConfiguration("catch-all", level("catch-all", "false", OTHER), keptLevels);
  assert(changed.act === "update");
  assert.deepEqual(changed.object.metadata.annotations, { other: "1", [KEEPS]: "true" });
  assert.deepEqual(changed.object.spec, LEVELS.get("catch-all"));
  const taken = planConfiguration("system", level("system", "neither", OTHER), keptLevels);
  assert(taken.act === "update");
  assert.deepEqual(taken.object.metadata.annotations, { other: "1", [KEEPS]: "false" });
  assert.deepEqual(taken.object.spec, OTHER);
});

test("priorityandfairness: a flow schema says whether its priority level is there, once", () => {
  const schema = { spec: keptSchemas.mandatory.get("exempt"), status: {} } as FlowSchema;
  const condition = danglingCondition(schema, false, 0)!;
  assert.deepEqual(condition, {
    type: "Dangling",
    status: "True",
    reason: "NotFound",
    message:
      'This FlowSchema references the PriorityLevelConfiguration object named "exempt" but there is no such object',
    lastTransitionTime: "1970-01-01T00:00:00Z",
  });
  const told = { ...schema, status: { conditions: [condition] } };
  assert.equal(danglingCondition(told, false, 60_000), undefined);
  assert.equal(danglingCondition(told, true, 60_000)?.reason, "Found");
});
