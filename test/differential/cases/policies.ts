import { config } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Json, type Step } from "../define-case.ts";

const GROUP = "/apis/admissionregistration.k8s.io/v1";
const MAPS = "/api/v1/namespaces/{ns}/configmaps";
/** Only what happens in the case's own namespace. */
const here = { namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "{ns}" } } };
const rule = { operations: ["CREATE", "UPDATE"], apiGroups: [""], apiVersions: ["v1"], resources: ["configmaps"] };

const policyOf = (kind: "Validating" | "Mutating", name: string, spec: object): Step => ({
  ask: `POST ${GROUP}/${kind.toLowerCase()}admissionpolicies`,
  body: {
    kind: `${kind}AdmissionPolicy`,
    apiVersion: "admissionregistration.k8s.io/v1",
    metadata: { name: `{ns}-${name}` },
    spec: { matchConstraints: { resourceRules: [rule] }, ...spec },
  },
});
const bindingOf = (kind: "Validating" | "Mutating", name: string, spec: object): Step => ({
  ask: `POST ${GROUP}/${kind.toLowerCase()}admissionpolicybindings`,
  body: {
    kind: `${kind}AdmissionPolicyBinding`,
    apiVersion: "admissionregistration.k8s.io/v1",
    metadata: { name: `{ns}-${name}` },
    spec: { policyName: `{ns}-${name}`, matchResources: here, ...spec },
  },
});
const validation = (expression: string, more: object = {}) => ({ validations: [{ expression, ...more }] });
const one = { validations: [{ expression: "true" }] };

/** What is not accepted, each for what is wrong with it. */
const wrongPolicies: readonly object[] = [
  {},
  { matchConstraints: {}, ...one },
  { matchConstraints: { resourceRules: [{ ...rule, resourceNames: ["a/b", "c", "c"] }] }, ...one },
  { failurePolicy: "Maybe", ...one },
  { paramKind: {}, ...one },
  { paramKind: { apiVersion: "a/b/c", kind: "1x" }, ...one },
  { paramKind: { apiVersion: "UP/v1", kind: "ConfigMap" }, ...one },
  { matchConditions: [{ name: "", expression: "" }], ...one },
  { matchConditions: [{ name: "a b", expression: "1" }], ...one },
  {
    matchConditions: [
      { name: "a", expression: "true" },
      { name: "a", expression: "params.x == 1" },
    ],
    ...one,
  },
  { variables: [{ name: "for", expression: "1" }], ...one },
  { variables: [{ name: "", expression: " " }], ...one },
  { variables: [{ name: "a", expression: "variables.b" }], ...one },
  { variables: [{ name: "a", expression: "1" }], ...validation("variables.a > 1 && variables.b") },
  validation(" "),
  validation("object.x"),
  validation("1"),
  validation("'x' + 1 == 'x'"),
  validation("nothing"),
  validation("object.\n  x && nothing.y"),
  validation("request.nothing == 'x'"),
  validation("params.x == 1"),
  validation("object.x == authorizer"),
  validation("authorizer.nothing('x')"),
  validation("true", { messageExpression: "1", message: " " }),
  validation("true", { messageExpression: " ", message: "a\nb" }),
  validation("true", { messageExpression: "authorizer.path('x').check('get').reason()" }),
  validation("true", { reason: "Because" }),
  { auditAnnotations: [{ key: "", valueExpression: " " }] },
  {
    auditAnnotations: [
      { key: "a", valueExpression: "1" },
      { key: "a", valueExpression: "'x'" },
    ],
  },
];
const wrongBindings: readonly object[] = [
  { policyName: "", validationActions: [] },
  { policyName: "UP", validationActions: ["Deny", "Warn", "Deny", "Shout"] },
  { validationActions: ["Deny"], paramRef: {} },
  { validationActions: ["Deny"], paramRef: { name: "a/b", selector: {}, parameterNotFoundAction: "Deny" } },
  { validationActions: ["Deny"], paramRef: { name: "a", parameterNotFoundAction: "Perhaps" } },
];
const mutation = (patchType: string, more: object) => ({
  reinvocationPolicy: "Never",
  mutations: [{ patchType, ...more }],
});
const apply = (expression: string) => mutation("ApplyConfiguration", { applyConfiguration: { expression } });
const patch = (expression: string) => mutation("JSONPatch", { jsonPatch: { expression } });
const wrongMutations: readonly object[] = [
  { mutations: [] },
  { ...apply("Object{}"), matchConstraints: { resourceRules: [{ ...rule, operations: ["DELETE"] }] } },
  mutation("", {}),
  mutation("Magic", {}),
  mutation("JSONPatch", { applyConfiguration: { expression: "Object{}" } }),
  apply(" "),
  apply("[Object{}]"),
  apply("Wrong{}"),
  patch("[JSONPatch{op: 1}]"),
  patch("'x'"),
];

const ACCESS = "/apis/rbac.authorization.k8s.io/v1";
const kim = { "impersonate-user": "kim" };
const asKim = (step: Step): Step => ({ ...step, headers: kim });
const params = { name: "x", parameterNotFoundAction: "Deny" };

export default [
  // Who may write policies need not be one who may read what they tell of.
  defineCase("policies-access", "api", [
    {
      ask: `POST ${ACCESS}/clusterroles`,
      body: {
        metadata: { name: "{ns}" },
        rules: [{ apiGroups: ["admissionregistration.k8s.io"], resources: ["*"], verbs: ["*"] }],
      },
    },
    {
      ask: `POST ${ACCESS}/clusterrolebindings`,
      body: {
        metadata: { name: "{ns}" },
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "{ns}" },
        subjects: [{ kind: "User", apiGroup: "rbac.authorization.k8s.io", name: "kim" }],
      },
    },
    // Kubernetes learns of a role a moment after it is made.
    {
      ...asKim({
        ask: "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: {
          spec: {
            resourceAttributes: { group: "admissionregistration.k8s.io", resource: "any", verb: "create" },
          },
        },
      }),
      until: ({ status }: Json) => status?.allowed === true,
      see: ({ status }: Json) => status.allowed,
    },
    asKim(policyOf("Validating", "access", { paramKind: { apiVersion: "v1", kind: "Secret" }, ...one })),
    asKim(policyOf("Validating", "access", { paramKind: { apiVersion: "none.io/v1", kind: "None" }, ...one })),
    asKim(bindingOf("Validating", "access", { validationActions: ["Deny"], paramRef: params })),
    asKim(bindingOf("Mutating", "access", { paramRef: { selector: {}, parameterNotFoundAction: "Deny" } })),
    policyOf("Validating", "access", { paramKind: { apiVersion: "v1", kind: "Secret" }, ...one }),
    asKim(bindingOf("Validating", "access", { validationActions: ["Deny"], paramRef: params })),
    { ask: `DELETE ${GROUP}/validatingadmissionpolicies/{ns}-access` },
    { ask: `DELETE ${ACCESS}/clusterrolebindings/{ns}` },
    { ask: `DELETE ${ACCESS}/clusterroles/{ns}` },
  ]),
  defineCase("policies-refused", "api", [
    ...wrongPolicies.map((spec) => policyOf("Validating", "wrong", spec)),
    ...wrongBindings.map((spec) => bindingOf("Validating", "wrong", spec)),
    ...wrongMutations.map((spec) => policyOf("Mutating", "wrong", spec)),
  ]),
  defineCase("policies-kept", "api", [
    policyOf("Validating", "kept", one),
    bindingOf("Validating", "kept", { validationActions: ["Deny"] }),
    policyOf("Mutating", "kept", apply("Object{}")),
    bindingOf("Mutating", "kept", {}),
    ...["validating", "mutating"].flatMap((kind): readonly Step[] =>
      ["admissionpolicies", "admissionpolicybindings"].flatMap((resource): readonly Step[] => [
        {
          ask: `GET ${GROUP}/${kind}${resource}/{ns}-kept`,
          headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" },
        },
        { ask: `DELETE ${GROUP}/${kind}${resource}/{ns}-kept` },
      ]),
    ),
  ]),
  defineCase("policies-denials", "api", [
    policyOf("Validating", "denials", {
      variables: [{ name: "broken", expression: "object.data.nothing == 'x'" }],
      validations: [
        { expression: "object.metadata.name != 'marker'", message: "the marker" },
        { expression: "object.metadata.name != 'plain'" },
        { expression: "object.metadata.name != 'told'", messageExpression: "'not ' + object.metadata.name" },
        { expression: "object.metadata.name != 'forbidden'", message: "never", reason: "Forbidden" },
        { expression: "object.metadata.name != 'large'", message: "large", reason: "RequestEntityTooLarge" },
        { expression: "object.metadata.name != 'missing' || object.data.a.b == 'x'" },
        { expression: "object.metadata.name != 'variable' || variables.broken" },
        { expression: "object.metadata.name != 'zero' || 1 / size(object.data) == 1" },
      ],
    }),
    bindingOf("Validating", "denials", { validationActions: ["Deny"] }),
    {
      ask: `POST ${MAPS}?dryRun=All`,
      body: config("marker"),
      until: ({ code }: Json) => code === 422,
    },
    ...["plain", "told", "forbidden", "large", "missing", "variable", "zero", "good"].map((name): Step => ({
      ask: `POST ${MAPS}`,
      body: { ...config(name), data: {} },
    })),
    { ask: `DELETE ${GROUP}/validatingadmissionpolicybindings/{ns}-denials` },
    { ask: `DELETE ${GROUP}/validatingadmissionpolicies/{ns}-denials` },
  ]),
];
