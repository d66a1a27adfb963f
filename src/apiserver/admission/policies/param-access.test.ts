import assert from "node:assert/strict";
import { test } from "node:test";
import { simulatedSigner } from "../../../host/sim/token-signer.ts";
import { VirtualClock } from "../../../host/sim/virtual-clock.ts";
import { startTestServer } from "../../testing.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const GROUP = "/apis/admissionregistration.k8s.io/v1";
const group = "rbac.authorization.k8s.io";
const rule = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["pods"] };
const policy = {
  metadata: { name: "p" },
  spec: {
    paramKind: { apiVersion: "v1", kind: "Secret" },
    matchConstraints: { resourceRules: [rule] },
    validations: [{ expression: "params != null" }],
  },
};
const binding = {
  metadata: { name: "b" },
  spec: {
    policyName: "p",
    validationActions: ["Deny"],
    paramRef: { name: "x", namespace: "default", parameterNotFoundAction: "Deny" },
  },
};

test("policies: who may not read parameters makes no policy tell of them", async () => {
  await using server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const allow = async (name: string, rules: readonly object[]) => {
    const subjects = [{ kind: "User", apiGroup: group, name: "kim" }];
    const roleRef = { apiGroup: group, kind: "ClusterRole", name };
    await server.ask(`POST ${RBAC}/clusterroles`, { body: { metadata: { name }, rules } });
    await server.ask(`POST ${RBAC}/clusterrolebindings`, { body: { metadata: { name }, roleRef, subjects } });
  };
  const asKim = async (resource: string, body: object) => {
    const answer = await server.ask(`POST ${GROUP}/${resource}`, { headers: { "impersonate-user": "kim" }, body });
    return { code: answer.status, message: (JSON.parse(answer.text) as { message?: string }).message ?? "" };
  };
  await allow("policies", [{ apiGroups: ["admissionregistration.k8s.io"], resources: ["*"], verbs: ["create"] }]);
  const kim = "user &{kim  [system:authenticated] map[]}";
  const denied = await asKim("validatingadmissionpolicies", policy);
  assert.deepEqual(denied, {
    code: 422,
    message: `ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: spec.paramKind: Forbidden: ${kim} must have "get" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)`,
  });
  assert.match(
    (await asKim("validatingadmissionpolicybindings", binding)).message,
    /unable to get policy p to determine/,
  );
  assert.equal((await server.ask(`POST ${GROUP}/validatingadmissionpolicies`, { body: policy })).status, 201);
  assert.match(
    (await asKim("validatingadmissionpolicybindings", binding)).message,
    /spec\.paramRef: Forbidden: .* does not have "get" permission on the object referenced by paramRef$/,
  );
  await allow("secrets", [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }]);
  assert.equal((await asKim("validatingadmissionpolicybindings", binding)).code, 201);
  assert.equal((await asKim("validatingadmissionpolicies", { ...policy, metadata: { name: "q" } })).code, 201);
});
