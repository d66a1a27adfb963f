import { config, merge } from "../../../src/apiserver/answers/drafts.ts";
import { APPS, change, CORE, gone, look, make, pods, remove, selector, template } from "../cluster-steps.ts";
import { type Case, defineCase, type Json, type Step } from "../define-case.ts";

const MAPS = `${CORE}/configmaps`;
const owner = (name: string, extra: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  name,
  uid: `{${name}.uid}`,
  ...extra,
});
const map = (name: string, owners: readonly object[] = [], metadata: object = {}): Step => ({
  ask: `POST ${MAPS}`,
  body: config(name, {}, { ...(owners.length === 0 ? {} : { ownerReferences: owners }), ...metadata }),
  as: name,
});
const there = (...names: readonly string[]): Step => ({
  ask: `GET ${MAPS}`,
  until: ({ items }: Json) =>
    items.filter(({ metadata }: Json) => metadata.name !== "kube-root-ca.crt").length === names.length,
  see: ({ items }) => items.filter(({ metadata }: Json) => metadata.name !== "kube-root-ca.crt"),
});

const cases: readonly Case[] = [
  defineCase("gc-background", "cluster", [
    map("a"),
    map("b", [owner("a")]),
    map("c", [owner("b", { controller: true })]),
    map("d", [owner("a"), owner("c")]),
    remove(`${MAPS}/b`, "?propagationPolicy=Background"),
    look(`${MAPS}/d`, ({ metadata }) => metadata.ownerReferences.length === 1),
    there("a", "d"),
    remove(`${MAPS}/a`),
    there(),
  ]),
  defineCase("gc-foreground", "cluster", [
    map("a"),
    map("b", [owner("a", { blockOwnerDeletion: true })], { finalizers: ["example.com/wait"] }),
    map("c", [owner("a")]),
    { ask: `DELETE ${MAPS}/a?propagationPolicy=Foreground` },
    there("a", "b"),
    { ask: `PATCH ${MAPS}/b`, headers: merge, body: { metadata: { finalizers: null } }, see: ({ kind }) => kind },
    there(),
  ]),
  defineCase("gc-orphan", "cluster", [
    map("a"),
    map("b", [owner("a", { blockOwnerDeletion: true })]),
    map("c", [owner("b")]),
    { ask: `DELETE ${MAPS}/a?propagationPolicy=Orphan` },
    there("b", "c"),
  ]),
  defineCase("gc-absent-owners", "cluster", [
    map("a"),
    map("b", [{ apiVersion: "v1", kind: "ConfigMap", name: "none", uid: "00000000-0000-0000-0000-000000000000" }]),
    there("a"),
    map("c", [
      owner("a"),
      { apiVersion: "v1", kind: "ConfigMap", name: "none", uid: "00000000-0000-0000-0000-000000000000" },
    ]),
    look(`${MAPS}/c`, ({ metadata }) => metadata.ownerReferences.length === 1),
    map("d", [{ apiVersion: "v1", kind: "Secret", name: "a", uid: "{a.uid}" }]),
    there("a", "c"),
  ]),
  defineCase("gc-deployment-orphan", "cluster", [
    make(`${APPS}/deployments`, "web", { spec: { replicas: 1, selector, template } }),
    pods("first", 1),
    remove(`${APPS}/deployments/web`, "?propagationPolicy=Orphan"),
    gone(`${APPS}/deployments/web`),
    look(
      `${APPS}/replicasets`,
      ({ items }) =>
        items.length === 1 &&
        items[0].metadata.ownerReferences === undefined &&
        items[0].status.fullyLabeledReplicas === 1,
    ),
    make(`${APPS}/deployments`, "web", { spec: { replicas: 1, selector, template } }),
    look(
      `${APPS}/replicasets`,
      ({ items }) =>
        items.length === 1 &&
        items[0].metadata.ownerReferences !== undefined &&
        items[0].metadata.annotations !== undefined &&
        items[0].status.fullyLabeledReplicas === 1,
    ),
    pods("adopted", 1),
  ]),
  defineCase("namespace-deletion", "cluster", [
    { ask: "POST /api/v1/namespaces", body: { metadata: { name: "{ns}-inner" } } },
    {
      ask: "POST /api/v1/namespaces/{ns}-inner/configmaps",
      body: config("held", {}, { finalizers: ["example.com/wait"] }),
    },
    { ask: "POST /api/v1/namespaces/{ns}-inner/secrets", body: { metadata: { name: "free" } } },
    { ask: "DELETE /api/v1/namespaces/{ns}-inner" },
    look("/api/v1/namespaces/{ns}-inner", ({ status }) =>
      status.conditions?.some(
        ({ type, status: state }: Json) => type === "NamespaceFinalizersRemaining" && state === "True",
      ),
    ),
    { ask: "GET /api/v1/namespaces/{ns}-inner/secrets" },
    { ask: "POST /api/v1/namespaces/{ns}-inner/configmaps", body: config("late") },
    { kubectl: "describe namespace {ns}-inner" },
    change("/api/v1/namespaces/{ns}-inner/configmaps/held", { metadata: { finalizers: null } }),
    gone("/api/v1/namespaces/{ns}-inner"),
  ]),
  defineCase("namespace-contents", "cluster", [
    look(
      `${CORE}/configmaps/kube-root-ca.crt`,
      ({ kind }) => kind === "ConfigMap",
      ({ metadata, data }) => ({ metadata, keys: Object.keys(data) }),
    ),
    { ask: `GET ${CORE}/serviceaccounts/default` },
    remove(`${CORE}/serviceaccounts/default`),
    look(`${CORE}/serviceaccounts/default`, ({ kind }) => kind === "ServiceAccount"),
    change(`${CORE}/configmaps/kube-root-ca.crt`, { data: { "ca.crt": "mine" } }),
    look(
      `${CORE}/configmaps/kube-root-ca.crt`,
      ({ data }) => data["ca.crt"] !== "mine",
      ({ data }) => Object.keys(data),
    ),
    make(
      `${CORE}/secrets`,
      "token",
      { type: "kubernetes.io/service-account-token" },
      { annotations: { "kubernetes.io/service-account.name": "default" } },
    ),
    look(
      `${CORE}/secrets/token`,
      ({ data }) => data.token !== undefined,
      ({ metadata, data, type }) => ({ metadata, keys: Object.keys(data).toSorted(), type }),
    ),
    { kubectl: "create token default --duration=1h | cut -c1-3" },
  ]),
  defineCase("aggregated-roles", "cluster", [
    {
      ask: "POST /apis/rbac.authorization.k8s.io/v1/clusterroles",
      body: {
        metadata: { name: "{ns}-whole" },
        aggregationRule: { clusterRoleSelectors: [{ matchLabels: { into: "{ns}" } }] },
      },
    },
    {
      ask: "POST /apis/rbac.authorization.k8s.io/v1/clusterroles",
      body: {
        metadata: { name: "{ns}-part", labels: { into: "{ns}" } },
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
      },
    },
    look("/apis/rbac.authorization.k8s.io/v1/clusterroles/{ns}-whole", ({ rules }) => rules?.length === 1),
  ]),
];
export default cases;
