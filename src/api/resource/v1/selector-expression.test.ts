import assert from "node:assert/strict";
import { test } from "node:test";
import { selectorProblem } from "./selector-expression.ts";

for (const [text, problem] of [
  ['device.driver == "dra.example.com"', undefined],
  ['device.attributes["dra.example.com"].ready', undefined],
  ['device.capacity["dra.example.com"].memory.compareTo(quantity("1Gi")) >= 0', undefined],
  ['cel.bind(own, device.attributes["dra.example.com"], own.ready && own.other)', undefined],
  ["device.driver", "must evaluate to bool or the unknown type, not string"],
  [
    "other",
    "compilation failed: ERROR: <input>:1:1: undeclared reference to 'other' (in container '')\n | other\n | ^",
  ],
] as const) {
  test(`selector: ${text}`, () => assert.equal(selectorProblem(text), problem));
}
