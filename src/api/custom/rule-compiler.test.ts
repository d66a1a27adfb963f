import assert from "node:assert/strict";
import { test } from "node:test";
import type { JSONSchemaProps } from "../generated/apiextensions-v1.ts";
import { RuleCompiler } from "./rule-compiler.ts";

const text: JSONSchemaProps = { type: "string" };
const compiler = new RuleCompiler(
  {
    type: "object",
    properties: {
      spec: {
        type: "object",
        properties: {
          name: text,
          "a-b": { type: "integer" },
          either: { "x-kubernetes-int-or-string": true },
          parts: { type: "array", items: { type: "object", properties: { name: text } } },
          map: { type: "object", additionalProperties: { type: "boolean" } },
          open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        },
      },
    },
  },
  true,
);

test("rules of schemas: what fits their types can be asked", () => {
  for (const rule of [
    "self.spec.parts.all(part, has(part.name) && part.name == self.spec.name)",
    "self.spec.map.all(key, self.spec.map[key])",
    "self.spec.either == 1 || self.spec.either == 'a'",
    "self.spec.a__dash__b > 1 && self.metadata.name != self.kind",
    "self.spec == oldSelf.spec && self.spec.parts == oldSelf.spec.parts",
    "has(self.spec.parts[0].name)",
  ]) {
    assert.equal(compiler.ruleProblem({ rule }), undefined, rule);
  }
  assert.equal(compiler.ruleProblem({ rule: "oldSelf.hasValue()", optionalOldSelf: true }), undefined);
  assert.equal(compiler.messageProblem({ rule: "true", messageExpression: "'no ' + self.spec.name" }), undefined);
});

test("rules of schemas: what does not is told, with its place", () => {
  const problem = (rule: string) => compiler.ruleProblem({ rule });
  const mark = "\n | self.spec.none > 1\n | .........^";
  assert.equal(problem("self.spec.none > 1"), `compilation failed: ERROR: <input>:1:10: undefined field 'none'${mark}`);
  assert.match(problem("self.spec.open.any == 1")!, /undefined field 'any'/);
  assert.match(problem("self.spec.name > 1")!, /found no matching overload for '_>_' applied to '\(string, int\)'/);
  assert.match(problem("self.metadata.labels == 1")!, /undefined field 'labels'/);
  assert.equal(problem("self.spec.name"), "cel expression must evaluate to a bool");
  assert.equal(
    compiler.messageProblem({ rule: "true", messageExpression: "1" }),
    "messageExpression must evaluate to a string",
  );
});
