import assert from "node:assert/strict";
import { test } from "node:test";
import type { ValidatingAdmissionPolicySpec } from "../../generated/admissionregistration-v1.ts";
import { builtInKinds } from "../../kinds.ts";
import { createRegistry } from "../../registry.ts";
import { typeWarnings } from "./type-checking.ts";

const registry = createRegistry(builtInKinds());
const rule = { operations: ["*"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] };

function warningsOf(spec: object): readonly (readonly [string, string])[] {
  const whole = { matchConstraints: { resourceRules: [rule] }, ...spec } as unknown as ValidatingAdmissionPolicySpec;
  return typeWarnings(whole, registry).map(({ fieldRef, warning }) => [fieldRef, warning.split("\n", 1)[0]!]);
}

test("policies: expressions that go with their kinds", () => {
  const expressions = [
    "object.spec.replicas > 1 && object.metadata.name.startsWith('a')",
    "object == null || oldObject == null || object.metadata.labels['a'] == 'b'",
    "object.spec.template.spec.containers.all(c, c.image.contains('/') && !has(c.securityContext))",
    "object.spec.template.spec.containers.exists(c, quantity(string(c.resources.limits['cpu'])).isLessThan(quantity('1')))",
    "object.?metadata.?annotations[?'a'].orValue('') == '' && variables.wanted > 0",
    "object.metadata.creationTimestamp < timestamp('2030-01-01T00:00:00Z')",
  ];
  const validations = expressions.map((expression) => ({ expression, messageExpression: "object.metadata.name" }));
  const variables = [{ name: "wanted", expression: "object.spec.replicas" }];
  assert.deepEqual(warningsOf({ validations, variables }), []);
});

test("policies: expressions that confuse types, or name what there is not", () => {
  const validations = [
    { expression: "object.spec.replicas > '1'", messageExpression: "'got ' + object.spec.replicas" },
    { expression: "object.spec.replica > 1" },
    { expression: "variables.wanted == 'x'" },
    { expression: "params.data.x + 1 > 1" },
  ];
  const spec = {
    validations,
    variables: [{ name: "wanted", expression: "object.spec.replicas" }],
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
  };
  const at = "apps/v1, Kind=Deployment: compilation failed: ERROR: <input>";
  assert.deepEqual(warningsOf(spec), [
    ["spec.validations[0].expression", `${at}:1:22: found no matching overload for '_>_' applied to '(int, string)'`],
    [
      "spec.validations[0].messageExpression",
      `${at}:1:8: found no matching overload for '_+_' applied to '(string, int)'`,
    ],
    ["spec.validations[1].expression", `${at}:1:12: undefined field 'replica'`],
    ["spec.validations[2].expression", `${at}:1:18: found no matching overload for '_==_' applied to '(int, string)'`],
    ["spec.validations[3].expression", `${at}:1:15: found no matching overload for '_+_' applied to '(string, int)'`],
  ]);
});

test("policies: types are not looked at where a rule may mean anything", () => {
  const validations = [{ expression: "object.nothing == 1" }];
  const matchConstraints = { resourceRules: [{ ...rule, apiGroups: ["*"] }] };
  assert.deepEqual(warningsOf({ validations, matchConstraints }), []);
});
