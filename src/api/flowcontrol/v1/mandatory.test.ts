import assert from "node:assert/strict";
import { test } from "node:test";
import type { MutableJsonObject } from "../../../machinery/json.ts";
import { created } from "../../answers.fixture.ts";
import { mandatoryLevels, mandatorySchemas } from "./mandatory.ts";

const kinds = { PriorityLevelConfiguration: mandatoryLevels, FlowSchema: mandatorySchemas };

function made(kind: string, name: string, spec: object) {
  return created({ apiVersion: "flowcontrol.apiserver.k8s.io/v1", kind, metadata: { name }, spec });
}

for (const [kind, specs] of Object.entries(kinds)) {
  for (const [name, spec] of specs) {
    test(`flowcontrol: ${kind} ${name} is as it is, and nothing else`, () => {
      assert.deepEqual((made(kind, name, spec) as MutableJsonObject)["spec"], spec);
      const other = made(kind, name, { ...specs.get(name === "exempt" ? "catch-all" : "exempt") });
      assert.match(String(other["message"]), new RegExp(`spec of '${name}'.* must equal the fixed value`));
    });
  }
}

test("flowcontrol: the figures of the exempt level are free", () => {
  const exempt = { nominalConcurrencyShares: 7, lendablePercent: 8 };
  const answer = made("PriorityLevelConfiguration", "exempt", { type: "Exempt", exempt }) as MutableJsonObject;
  assert.deepEqual(answer["spec"], { type: "Exempt", exempt });
});
