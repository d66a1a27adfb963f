import { config, merge, pod } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Json, type Step } from "../define-case.ts";

const RBAC = "/apis/rbac.authorization.k8s.io/v1";
const ROLES = `${RBAC}/namespaces/{ns}/roles`;
const BINDINGS = `${RBAC}/namespaces/{ns}/rolebindings`;
const MAPS = "/api/v1/namespaces/{ns}/configmaps";
const jane = { "impersonate-user": "jane" };
const as = (headers: Readonly<Record<string, string>>, steps: readonly Step[]): readonly Step[] =>
  steps.map((step) => ({ ...step, headers: { ...("headers" in step ? step.headers : {}), ...headers } }));
const group = "rbac.authorization.k8s.io";
const bind = (name: string, kind: string, role: string, subject: object): Step => ({
  ask: `POST ${BINDINGS}`,
  body: { metadata: { name }, roleRef: { apiGroup: group, kind, name: role }, subjects: [subject] },
});
const janeSubject = { kind: "User", apiGroup: group, name: "jane" };

const everything: readonly Step[] = [
  { ask: `GET ${MAPS}` },
  { ask: "GET /api/v1/configmaps" },
  { ask: `GET ${MAPS}/x` },
  { ask: `GET ${MAPS}?watch=true` },
  { ask: `POST ${MAPS}`, body: config("x") },
  { ask: `PUT ${MAPS}/x`, body: config("x") },
  { ask: `PATCH ${MAPS}/x`, headers: merge, body: {} },
  { ask: `DELETE ${MAPS}/x` },
  { ask: `DELETE ${MAPS}` },
  { ask: "GET /api/v1/nodes" },
  { ask: "GET /api/v1/namespaces/{ns}" },
  { ask: "GET /api/v1/namespaces/{ns}/pods/x/log" },
  { ask: "POST /api/v1/namespaces/{ns}/pods/x/exec?command=ls" },
  { ask: "POST /api/v1/namespaces/{ns}/pods/x/eviction", body: { metadata: { name: "x" } } },
  { ask: "GET /apis/apps/v1/namespaces/{ns}/deployments/x/scale" },
  { ask: "GET /apis/none/v1/namespaces/{ns}/things" },
  { ask: "GET /apis", see: ({ kind }) => kind },
  { ask: "GET /metrics" },
  { ask: "GET /nonsense" },
  { ask: "GET /healthz" },
  { ask: "GET /version", see: ({ kind }) => kind },
  {
    ask: `POST ${ROLES}`,
    body: { metadata: { name: "mine" }, rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] },
  },
  bind("mine", "ClusterRole", "cluster-admin", janeSubject),
];
const REVIEWS = "/apis/authorization.k8s.io/v1";
/** Kubernetes gathers them from maps, so that their order is a matter of luck. */
const rulesInOrder = ({ status }: Json) =>
  [status.resourceRules, status.nonResourceRules].map((rules: Json[]) =>
    rules.map((rule) => JSON.stringify(rule)).toSorted(),
  );
const attributes = { namespace: "{ns}", verb: "get", resource: "configmaps" };

export default defineCase("denials", "api", [
  { ask: `POST ${MAPS}`, body: config("there") },
  ...as(jane, everything),
  {
    ask: `POST ${ROLES}`,
    body: {
      metadata: { name: "reader" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get", "list", "watch"] }],
    },
  },
  {
    ask: `POST ${ROLES}`,
    body: {
      metadata: { name: "one" },
      rules: [{ apiGroups: [""], resources: ["configmaps"], resourceNames: ["there"], verbs: ["*"] }],
    },
  },
  bind("reader", "Role", "reader", janeSubject),
  bind("one", "Role", "one", janeSubject),
  bind("roles", "Role", "roles", janeSubject),
  {
    ask: `POST ${ROLES}`,
    body: {
      metadata: { name: "roles" },
      rules: [{ apiGroups: [group], resources: ["*"], verbs: ["create", "update", "patch"] }],
    },
  },
  ...as(jane, everything),
  ...as(jane, [
    { ask: `GET ${MAPS}/there` },
    { ask: `PATCH ${MAPS}/there`, headers: merge, body: { data: { b: "2" } } },
    {
      ask: `POST ${ROLES}`,
      body: { metadata: { name: "less" }, rules: [{ apiGroups: [""], resources: ["configmaps"], verbs: ["get"] }] },
    },
    {
      ask: `POST ${ROLES}`,
      body: {
        metadata: { name: "more" },
        rules: [{ apiGroups: ["", "apps"], resources: ["configmaps", "pods"], verbs: ["get", "delete"] }],
      },
    },
    bind("less", "Role", "reader", { kind: "User", apiGroup: group, name: "joe" }),
    bind("more", "Role", "none", janeSubject),
    { ask: `POST ${REVIEWS}/selfsubjectaccessreviews`, body: { spec: { resourceAttributes: attributes } } },
    { ask: `POST ${REVIEWS}/selfsubjectrulesreviews`, body: { spec: { namespace: "{ns}" } }, see: rulesInOrder },
    { ask: "POST /apis/authentication.k8s.io/v1/selfsubjectreviews", body: {} },
  ]),
  { ask: `POST ${REVIEWS}/subjectaccessreviews`, body: { spec: { user: "jane", resourceAttributes: attributes } } },
  {
    ask: `POST ${REVIEWS}/subjectaccessreviews`,
    body: { spec: { user: "jane", resourceAttributes: { ...attributes, verb: "delete" } } },
  },
  {
    ask: `POST ${REVIEWS}/subjectaccessreviews`,
    body: { spec: { user: "jane", nonResourceAttributes: { path: "/version", verb: "get" } } },
  },
  { ask: `POST ${REVIEWS}/subjectaccessreviews`, body: { spec: { user: "jane" } } },
  { ask: `POST ${REVIEWS}/subjectaccessreviews`, body: { spec: {} } },
  {
    ask: `POST ${REVIEWS}/subjectaccessreviews`,
    body: { metadata: { name: "x" }, spec: { user: "jane", resourceAttributes: attributes } },
  },
  {
    ask: `POST ${REVIEWS}/namespaces/{ns}/localsubjectaccessreviews`,
    body: { spec: { user: "jane", resourceAttributes: attributes } },
  },
  {
    ask: `POST ${REVIEWS}/namespaces/other/localsubjectaccessreviews`,
    body: { spec: { user: "jane", resourceAttributes: attributes } },
  },
  { ask: `POST ${REVIEWS}/selfsubjectaccessreviews`, body: { spec: {} } },
  { ask: "POST /apis/authentication.k8s.io/v1/tokenreviews", body: { spec: { token: "nonsense" } } },
  { ask: "POST /apis/authentication.k8s.io/v1/tokenreviews", body: { spec: {} } },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { "impersonate-group": "g" } },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { "impersonate-user": "" } },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { "impersonate-uid": "7" } },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { "impersonate-user": "system:serviceaccount:{ns}:default" } },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { "impersonate-user": "system:anonymous" } },
  {
    ask: "GET /api/v1/namespaces/{ns}/pods",
    headers: { "impersonate-user": "x", "impersonate-group": "system:masters" },
  },
  {
    ask: "POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
    body: {},
    headers: { "impersonate-user": "x", "impersonate-group": "g", "impersonate-extra-some": "e" },
  },
  { ask: "GET /api/v1/namespaces/{ns}/pods", headers: { authorization: "Bearer nonsense" } },
  {
    ask: "GET /api/v1/namespaces/{ns}/secrets",
    headers: { "impersonate-user": "system:node:n", "impersonate-group": "system:nodes" },
  },
  {
    ask: "GET /api/v1/namespaces/{ns}/secrets/x",
    headers: { "impersonate-user": "system:node:n", "impersonate-group": "system:nodes" },
  },
  {
    ask: "PATCH /api/v1/nodes/other",
    headers: { ...merge, "impersonate-user": "system:node:n", "impersonate-group": "system:nodes" },
    body: {},
  },
  {
    ask: "POST /api/v1/namespaces/{ns}/pods",
    headers: { "impersonate-user": "system:node:n", "impersonate-group": "system:nodes" },
    body: pod("x"),
  },
  // What is wrong with a request is not told to whom it is forbidden; nor is the body of one read that nothing serves.
  ...[{ "impersonate-user": "nobody" }, {}].flatMap((headers) => [
    { ask: "POST /api/v1/namespaces/{ns}/pods", headers, body: "{nonsense" },
    { ask: "POST /api/v1/namespaces/{ns}/pods", headers: { ...headers, "content-type": "text/nonsense" }, body: "x" },
    { ask: "POST /api/v1/namespaces/{ns}/pods", headers: { ...headers, accept: "text/nonsense" }, body: "{nonsense" },
    { ask: "DELETE /api/v1/namespaces/{ns}/pods/x?dryRun=Some", headers, body: { gracePeriodSeconds: "1" } },
    { ask: "DELETE /api/v1/namespaces", headers, body: { gracePeriodSeconds: "1" } },
    { ask: "PATCH /api/v1/namespaces/{ns}/pods", headers: { ...headers, ...merge }, body: "{nonsense" },
    { ask: "PUT /api/v1/namespaces/{ns}/pods/x/nothing", headers, body: "{nonsense" },
    { ask: "POST /api/v1/pods", headers, body: "{nonsense" },
    { ask: "GET /api/v1/namespaces/{ns}/pods?limit=x&resourceVersion=y", headers },
    { ask: "GET /api/v1/namespaces/{ns}/pods?watch=true&fieldSelector=nonsense", headers },
  ]),
]);
