import assert from "node:assert/strict";
import { test } from "node:test";
import { ValidatingAdmissionPolicyBinding } from "../../../api/admissionregistration/v1/validating-admission-policy-binding.ts";
import { ValidatingAdmissionPolicy } from "../../../api/admissionregistration/v1/validating-admission-policy.ts";
import { ConfigMap } from "../../../api/core/v1/config-map.ts";
import { simulatedSigner } from "../../../host/sim/token-signer.ts";
import { VirtualClock } from "../../../host/sim/virtual-clock.ts";
import type { Draft } from "../../../machinery/object.ts";
import { startTestServer } from "../../testing.ts";

const { signal } = new AbortController();

async function newServer() {
  const server = await startTestServer({ clock: new VirtualClock(), signer: simulatedSigner });
  const rule = { operations: ["*"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };
  return {
    server,
    policy: (name: string, spec: object) =>
      server.client.create(
        ValidatingAdmissionPolicy,
        {
          metadata: { name },
          spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
        } as unknown as Draft<ValidatingAdmissionPolicy>,
        { signal },
      ),
    binding: (name: string, spec: object) =>
      server.client.create(
        ValidatingAdmissionPolicyBinding,
        {
          metadata: { name },
          spec: { validationActions: ["Deny"], ...spec },
        } as Draft<ValidatingAdmissionPolicyBinding>,
        { signal },
      ),
    configMap: (name: string, data: Record<string, string> = {}, more: object = {}) =>
      server.client.create(ConfigMap, { metadata: { name, namespace: "default" }, data, ...more } as Draft<ConfigMap>, {
        signal,
      }),
  };
}

const says = (message: string, code = 422) => ({ name: "StatusError", code, message });

test("policies: an object is denied with the policy's message, reason and code, by its binding alone", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  await policy("plain", {
    validations: [
      { expression: "size(object.data) < 2", messageExpression: "'too many: ' + string(size(object.data))" },
      { expression: "!('secret' in object.data)", message: "no secrets", reason: "Forbidden" },
      { expression: "object.metadata.name != 'third'" },
    ],
  });
  await configMap("unbound", { a: "1", b: "2" });
  await binding("bound", { policyName: "plain" });
  const denied = (name: string, why: string) =>
    `configmaps "${name}" is forbidden: ValidatingAdmissionPolicy 'plain' with binding 'bound' denied request: ${why}`;
  await assert.rejects(configMap("first", { a: "1", b: "2" }), says(denied("first", "too many: 2")));
  await assert.rejects(configMap("second", { secret: "1" }), says(denied("second", "no secrets"), 403));
  const third = denied("third", "failed expression: object.metadata.name != 'third'");
  await assert.rejects(configMap("third", { a: "1" }), says(third));
  const answer = await server.ask("POST /api/v1/namespaces/default/configmaps", {
    body: { metadata: { name: "x" }, data: { secret: "1" } },
  });
  assert.deepEqual(JSON.parse(answer.text), {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Failure",
    message: denied("x", "no secrets"),
    reason: "Forbidden",
    details: { name: "x", kind: "configmaps", causes: [{ message: denied("x", "no secrets").replace(/^.*?: /, "") }] },
    code: 403,
  });
  await configMap("good", { a: "1" });
});

test("policies: variables are made when they are asked for, of each other, and tell why they cannot be", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  await policy("variables", {
    variables: [
      { name: "count", expression: "size(object.data)" },
      { name: "isOdd", expression: "variables.count % 2 == 1" },
      { name: "broken", expression: "object.data.nothing == 'x'" },
    ],
    validations: [
      { expression: "variables.isOdd", messageExpression: "'even: ' + string(variables.count)" },
      { expression: "object.metadata.name == 'fine' || variables.broken" },
    ],
  });
  await binding("b", { policyName: "variables" });
  await configMap("fine", { a: "1" });
  await assert.rejects(configMap("even", { a: "1", b: "2" }), /denied request: even: 2$/);
  await assert.rejects(configMap("broken", { a: "1" }), (error: Error) => {
    const expression = "expression 'object.metadata.name == 'fine' || variables.broken'";
    assert.match(error.message, /composited variable "broken" fails to evaluate: no such key: nothing$/);
    assert(error.message.includes(`denied request: ${expression} resulted in error: `));
    return true;
  });
});

test("policies: parameters by name and by selector, each asked about; what is not there is denied or let through", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  await configMap(
    "limit-1",
    { most: "1" },
    { metadata: { name: "limit-1", namespace: "default", labels: { l: "x" } } },
  );
  await configMap(
    "limit-3",
    { most: "3" },
    { metadata: { name: "limit-3", namespace: "default", labels: { l: "x" } } },
  );
  await policy("limited", {
    paramKind: { apiVersion: "v1", kind: "ConfigMap" },
    matchConditions: [{ name: "not-limits", expression: "!object.metadata.name.startsWith('limit')" }],
    validations: [
      {
        expression: "size(object.data) <= int(params.data.most)",
        messageExpression: "'at most ' + params.data.most",
      },
    ],
  });
  const two = { a: "1", b: "2" };
  const params = (paramRef: object) => ({ policyName: "limited", paramRef });
  const remove = (name: string) => server.client.delete(ValidatingAdmissionPolicyBinding, { name }, { signal });
  await binding("named", params({ name: "limit-3", parameterNotFoundAction: "Deny" }));
  await configMap("a", two);
  await binding("chosen", params({ selector: { matchLabels: { l: "x" } }, parameterNotFoundAction: "Deny" }));
  await assert.rejects(configMap("b", two), /with binding 'chosen' denied request: at most 1$/);
  await remove("chosen");
  await binding("gone", params({ name: "gone", parameterNotFoundAction: "Deny" }));
  const none = "no params found for policy binding with `Deny` parameterNotFoundAction";
  await assert.rejects(configMap("c", two), (error: Error) =>
    error.message.endsWith(`with binding 'gone' denied request: failed to configure binding: ${none}`),
  );
  await remove("gone");
  await binding("open", params({ name: "gone", parameterNotFoundAction: "Allow" }));
  await configMap("d", two);
});

test("policies: what they are about, by rules, exceptions, names, selectors and conditions", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  const rule = { operations: ["CREATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };
  await policy("narrow", {
    matchConstraints: {
      resourceRules: [rule],
      excludeResourceRules: [{ ...rule, resourceNames: ["excepted"] }],
      objectSelector: { matchExpressions: [{ key: "skip", operator: "DoesNotExist" }] },
    },
    matchConditions: [{ name: "c", expression: "object.metadata.name != 'unmeant' && request.operation == 'CREATE'" }],
    validations: [{ expression: "false" }],
  });
  await binding("b", {
    policyName: "narrow",
    matchResources: { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "default" } } },
  });
  await assert.rejects(configMap("meant"), /denied request: failed expression: false$/);
  await configMap("excepted");
  await configMap("unmeant");
  const elsewhere = { metadata: { name: "meant", namespace: "kube-public" } } as Draft<ConfigMap>;
  await server.client.create(ConfigMap, elsewhere, { signal });
  await configMap("skipped", {}, { metadata: { name: "skipped", namespace: "default", labels: { skip: "yes" } } });
});

test("policies: failures are ignored where they may be; warnings are given instead of denials", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  await policy("failing", { failurePolicy: "Ignore", validations: [{ expression: "object.data.x.y == 'z'" }] });
  await binding("b", { policyName: "failing" });
  await configMap("a", { z: "1" });
  await policy("warning", { validations: [{ expression: "has(object.data.owner)", message: "say whose it is" }] });
  await binding("w", { policyName: "warning", validationActions: ["Warn", "Audit"] });
  const answer = await server.ask("POST /api/v1/namespaces/default/configmaps", {
    body: { metadata: { name: "b" }, data: { a: "1" } },
  });
  assert.equal(answer.status, 201);
  const told = "Validation failed for ValidatingAdmissionPolicy 'warning' with binding 'w': say whose it is";
  assert(JSON.stringify(answer.headers).includes(told), JSON.stringify(answer.headers));
});

test("policies: an expression may ask what its user, or another, may do", async () => {
  const { server, policy, binding, configMap } = await newServer();
  await using _server = server;
  const account = "authorizer.serviceAccount('default', 'default')";
  await policy("allowed", {
    validations: [
      { expression: "authorizer.requestResource.check('create').allowed()", message: "user" },
      { expression: "authorizer.group('apps').resource('deployments').namespace('default').check('list').allowed()" },
      { expression: `!${account}.group('').resource('secrets').check('get').allowed()`, message: "account" },
      { expression: "authorizer.path('/healthz').check('get').allowed()", message: "path" },
      { expression: "object.metadata.name != 'bad'", messageExpression: "'user ' + request.userInfo.username" },
    ],
  });
  await binding("b", { policyName: "allowed" });
  await configMap("good");
  await assert.rejects(configMap("bad"), /denied request: user [a-z:]+$/);
});

test("policies: what is wrong with one is told all at once, in Kubernetes' words", async () => {
  const { server, policy, binding } = await newServer();
  await using _server = server;
  const rejected = async (write: Promise<unknown>, parts: readonly string[]) => {
    await assert.rejects(write, (error: Error) => {
      for (const part of parts) assert(error.message.includes(part), `${part} in ${error.message}`);
      return true;
    });
  };
  await rejected(policy("empty", { matchConstraints: {} }), [
    "spec.matchConstraints.resourceRules: Required value",
    "spec.validations: Required value: validations or auditAnnotations must contain at least one item",
    "spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item",
  ]);
  const wrong = {
    paramKind: { apiVersion: "a/b/c", kind: "" },
    variables: [
      { name: "for", expression: "1" },
      { name: "x", expression: "nothing" },
    ],
    validations: [
      { expression: "object.spec", messageExpression: "1 + 1", message: "two\nlines", reason: "Because" },
      { expression: "variables.y" },
      { expression: " ", message: "  " },
    ],
    auditAnnotations: [
      { key: "k", valueExpression: "1" },
      { key: "k", valueExpression: " " },
    ],
  };
  await rejected(policy("wrong", wrong), [
    'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
    "spec.paramKind.kind: Required value",
    'spec.variables[0].name: Invalid value: "for": must be a valid CEL identifier',
    "spec.variables[1].expression: Invalid value: \"nothing\": compilation failed: ERROR: <input>:1:1: undeclared reference to 'nothing' (in container '')\n | nothing\n | ^",
    'spec.validations[0].expression: Invalid value: "object.spec": must evaluate to bool but got dyn',
    'spec.validations[0].messageExpression: Invalid value: "1 + 1": must evaluate to string but got int',
    'spec.validations[0].message: Invalid value: "two\\nlines": must not contain line breaks',
    'spec.validations[0].reason: Unsupported value: "Because": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    "spec.validations[1].expression: Invalid value: \"variables.y\": compilation failed: ERROR: <input>:1:10: undefined field 'y'\n | variables.y\n | .........^",
    "spec.validations[2].expression: Required value: expression is not specified",
    'spec.validations[2].message: Invalid value: "  ": must be non-empty if specified',
    'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    "spec.auditAnnotations[1].valueExpression: Required value: valueExpression is not specified",
    'spec.auditAnnotations[1].key: Duplicate value: "k"',
  ]);
  await rejected(
    binding("wrong", {
      policyName: "",
      validationActions: ["Deny", "Warn", "Warn", "Shout"],
      paramRef: { name: "a", selector: {} },
    }),
    [
      "spec.policyName: Required value",
      "spec.paramRef.name: Forbidden: name and selector are mutually exclusive",
      "spec.paramRef.selector: Forbidden: name and selector are mutually exclusive",
      "spec.paramRef.parameterNotFoundAction: Required value",
      'spec.validationActions[2]: Duplicate value: "Warn"',
      'spec.validationActions[3]: Unsupported value: "Shout": supported values: "Audit", "Deny", "Warn"',
      "must not contain both Deny and Warn",
    ],
  );
});
