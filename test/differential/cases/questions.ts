import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type Step } from "../define-case.ts";

// What is asked of an object, and is no object itself.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const named = { metadata: { name: "one" } };
const pod = {
  ask: `POST ${NAMESPACE}/pods`,
  body: { ...named, spec: { containers: [{ name: "main", image: "web:1" }] } },
  as: "one",
};
/** What is wrong with any of them. */
const WRONG: readonly object[] = [
  { metadata: 7 },
  { metadata: { name: "one", labels: { a: 1 } } },
  { metadata: { name: "one", namespace: "other" } },
  { metadata: { name: "other" } },
  { metadata: {} },
  { ...named, unknown: 1 },
  { ...named, kind: "Other" },
  { ...named, kind: "Pod", apiVersion: "v1" },
  { ...named, apiVersion: "v7" },
];
const owner = { apiVersion: "v1", kind: "Pod", name: "a", uid: "a" };

const asked = (part: string, question: object, more: readonly object[], query = ""): readonly Step[] => [
  { ask: `POST ${NAMESPACE}/${part}`, body: "" },
  ...["Strict", "Ignore"].map((validation) => ({
    ask: `POST ${NAMESPACE}/${part}?fieldValidation=${validation}${query}`,
    body: { ...question, unknown: 1, metadata: { name: "one", ownerReferences: [owner, owner] } },
  })),
  ...[...WRONG, ...more].map((body) => ({
    ask: `POST ${NAMESPACE}/${part}?dryRun=All`,
    body: { ...question, ...body },
  })),
];

const binding = { apiVersion: "v1", kind: "Binding", ...named };
const eviction = { apiVersion: "policy/v1", kind: "Eviction", ...named };
const request = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", ...named, spec: { audiences: ["a"] } };
const bound = (boundObjectRef: object) => ({ spec: { audiences: ["a"], boundObjectRef } });

export default [
  defineCase("questions-bindings", "api", [
    pod,
    ...[`pods/one/binding`, "bindings"].flatMap((part) =>
      asked(
        part,
        { ...binding, target: { kind: "Node", name: "a" } },
        [
          { target: {} },
          { target: { kind: "Other" } },
          { target: { kind: "Other", name: "a" } },
          { target: "a" },
          { metadata: { name: "one", uid: "other" } },
          { metadata: { name: "one", resourceVersion: "1" } },
          { metadata: { name: "one", uid: "{one.uid}", resourceVersion: "{one.rv}" } },
        ],
        "&dryRun=All",
      ),
    ),
    { ask: `POST ${NAMESPACE}/pods/one/binding`, body: { ...binding, target: { name: "a" } } },
    { ask: `GET ${NAMESPACE}/pods/one` },
  ]),
  defineCase("labels-of-places", "api", [
    {
      ask: "POST /api/v1/nodes",
      body: {
        metadata: {
          name: "{ns}-node",
          labels: {
            "topology.kubernetes.io/zone": "a",
            "topology.kubernetes.io/region": "b",
            "topology.kubernetes.io/rack": "c",
          },
        },
      },
    },
    { ...pod, body: { ...pod.body, metadata: { name: "one", labels: { "topology.kubernetes.io/zone": "z" } } } },
    {
      ask: `POST ${NAMESPACE}/pods/one/binding`,
      body: { ...binding, target: { kind: "Node", name: "{ns}-node" } },
    },
    { ask: `GET ${NAMESPACE}/pods/one` },
    ...["pods/two/binding", "bindings"].flatMap((part, index) => [
      { ask: `DELETE ${NAMESPACE}/pods/two?gracePeriodSeconds=0` },
      { ask: `POST ${NAMESPACE}/pods`, body: { ...pod.body, metadata: { name: "two" } } },
      {
        ask: `POST ${NAMESPACE}/${part}`,
        body: {
          ...binding,
          metadata: { name: "two" },
          target: { ...(index === 0 ? {} : { kind: "Node" }), name: "{ns}-node" },
        },
      },
      { ask: `GET ${NAMESPACE}/pods/two` },
    ]),
    ...["{ns}-node", "other"].map((nodeName, index) => ({
      ask: `POST ${NAMESPACE}/pods?dryRun=All`,
      body: {
        metadata: { name: `three-${index}` },
        spec: { nodeName, containers: [{ name: "main", image: "web:1" }] },
      },
    })),
  ]),
  defineCase("questions-evictions", "api", [
    pod,
    ...asked(
      "pods/one/eviction",
      eviction,
      [
        { apiVersion: "policy/v1beta1" },
        { deleteOptions: 7 },
        { deleteOptions: { gracePeriodSeconds: "7" } },
        { deleteOptions: { ignoreStoreReadErrorWithClusterBreakingPotential: true } },
        { deleteOptions: { dryRun: ["Other"] } },
        { deleteOptions: { preconditions: { uid: "other" } } },
        { deleteOptions: { preconditions: { resourceVersion: "1" } } },
        { deleteOptions: { propagationPolicy: "Other" } },
      ],
      "&dryRun=All",
    ),
    { ask: `POST ${NAMESPACE}/pods/one/eviction`, body: { ...eviction, deleteOptions: { dryRun: ["All"] } } },
    { ask: `POST ${NAMESPACE}/pods/one/eviction`, body: { ...eviction, deleteOptions: { gracePeriodSeconds: 0 } } },
    { ask: `GET ${NAMESPACE}/pods/one` },
  ]),
  defineCase("options-of-deletions", "api", [
    { ask: `POST ${NAMESPACE}/configmaps`, body: named },
    ...[
      { gracePeriodSeconds: "7" },
      { gracePeriodSeconds: 1.5 },
      { preconditions: 7 },
      { preconditions: { uid: 7 } },
      { preconditions: { uid: "" } },
      { preconditions: { resourceVersion: "" } },
      { dryRun: "All" },
      { dryRun: ["Other"], propagationPolicy: "Other" },
      { orphanDependents: true, propagationPolicy: "Other" },
      { ignoreStoreReadErrorWithClusterBreakingPotential: true },
      { propagationPolicy: 7 },
      { kind: "DeleteOptions", apiVersion: "v7" },
      { kind: "DeleteOptions", apiVersion: "apps/v1" },
      { kind: "Pod", apiVersion: "v1" },
      { kind: 7 },
      { unknown: 1 },
      [],
      "text",
    ].flatMap((options) =>
      ["configmaps/one", "configmaps"].map((at) => ({
        ask: `DELETE ${NAMESPACE}/${at}`,
        body: Array.isArray(options) || typeof options === "string" ? options : { dryRun: ["All"], ...options },
      })),
    ),
    { ask: `GET ${NAMESPACE}/configmaps/one` },
  ]),
  defineCase("questions-tokens", "api", [
    { ask: `POST ${NAMESPACE}/serviceaccounts`, body: named },
    ...asked("serviceaccounts/one/token", request, [
      { spec: { audiences: [""], expirationSeconds: 599 } },
      { spec: { expirationSeconds: 4294967297 } },
      { spec: { expirationSeconds: "600", audiences: "a" } },
      { spec: null },
      { status: { token: "a" } },
      { metadata: { name: "one", uid: "other" } },
      ...[
        {},
        { kind: "Pod" },
        { kind: "Pod", apiVersion: "a/b/c", name: "a" },
        { kind: "Other", apiVersion: "a/b" },
      ].map(bound),
      bound({ kind: "Pod", apiVersion: "v1", name: "a", uid: 7 }),
    ]),
    { ask: `PATCH ${NAMESPACE}/serviceaccounts/one/token`, headers: merge, body: {} },
  ]),
];
