import assert from "node:assert/strict";
import { test } from "node:test";
import type { MutableJsonObject } from "../machinery/json.ts";
import { type Answer, changed, created, kindOf } from "./answers.fixture.ts";
import creates from "./testdata/creates.json" with { type: "json" };
import updates from "./testdata/updates.json" with { type: "json" };

// The answers are those of a real kube-apiserver 1.36: tools/record-kinds.ts.

for (const [index, { object, answer }] of creates.entries()) {
  test(`${index}: a new ${object.kind}: ${gist(answer)}`, () => {
    assert.deepEqual(recorded(created(object)), answer);
  });
}

for (const [index, { object, patch, subresource, answer }] of updates.entries()) {
  const change = patch.map(({ path }) => path).join(", ");
  test(`${index}: a change of a ${object.kind}'s ${change}: ${gist(answer)}`, () => {
    assert.deepEqual(recorded(changed(object, patch, subresource)), answer);
  });
}

function gist(answer: object): string {
  return "message" in answer ? String(answer.message).slice(0, 100) : "taken";
}

function recorded(answer: Answer): unknown {
  if (answer["kind"] === "Status") return { message: answer["message"], details: answer["details"] };
  const object = structuredClone(answer) as MutableJsonObject;
  const metadata = object["metadata"] as MutableJsonObject;
  for (const name of ["uid", "resourceVersion"]) delete metadata[name];
  const conditions = (object["status"] as { conditions?: MutableJsonObject[] } | undefined)?.conditions;
  for (const condition of conditions ?? []) delete condition["lastTransitionTime"];
  return object;
}

test("every kind that is checked here is declared", () => {
  for (const { object } of [...creates, ...updates]) assert.ok(kindOf(object), `${object.apiVersion} ${object.kind}`);
});
