import assert from "node:assert/strict";
import { test } from "node:test";
import { ValidatingAdmissionPolicy } from "../../api/admissionregistration/v1/validating-admission-policy.ts";
import { builtInKinds } from "../../api/kinds.ts";
import { createRegistry } from "../../api/registry.ts";
import { mergePatch } from "../../client/client.ts";
import { simulate } from "../../cluster/testing.ts";
import { policyStatusController } from "./controller.ts";

const { signal } = new AbortController();

test("validatingadmissionpolicy-status: each version of a policy is looked at once", async () => {
  await using world = await simulate({ controllers: [policyStatusController(createRegistry(builtInKinds()))] });
  const resourceRules = [{ operations: ["*"], apiGroups: ["apps"], apiVersions: ["v1"], resources: ["deployments"] }];
  const policy = (expression: string) =>
    ({
      metadata: { name: "p" },
      spec: { matchConstraints: { resourceRules }, validations: [{ expression }] },
    }) as never;
  await world.apply(ValidatingAdmissionPolicy, policy("object.spec.replicas > 1"));
  await world.settle();
  assert.deepEqual(world.list(ValidatingAdmissionPolicy)[0]?.status, { observedGeneration: 1, typeChecking: {} });
  const confused = mergePatch({ spec: { validations: [{ expression: "object.spec.replicas > '1'" }] } });
  await world.client.patch(ValidatingAdmissionPolicy, { name: "p" }, confused, { signal });
  await world.settle();
  const { observedGeneration, typeChecking } = world.list(ValidatingAdmissionPolicy)[0]!.status;
  assert.equal(observedGeneration, 2);
  assert.deepEqual(
    typeChecking?.expressionWarnings?.map(({ fieldRef }) => fieldRef),
    ["spec.validations[0].expression"],
  );
  await world.assertQuiet();
});
