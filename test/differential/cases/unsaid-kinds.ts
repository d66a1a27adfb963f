import { apply, jsonPatch, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// What an object is, left out, taken away or none.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const SETS = "/apis/apps/v1/namespaces/{ns}/statefulsets";
const service = { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec: { ports: [{ port: 80 }] } };
const set = {
  apiVersion: "apps/v1",
  kind: "StatefulSet",
  metadata: { name: "one" },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
  },
};

export default defineCase("unsaid-kinds", "api", [
  ...[{ kind: "" }, { apiVersion: "" }, { kind: "", apiVersion: "" }, { kind: null }].flatMap((said) => [
    { ask: `POST ${NAMESPACE}/services?dryRun=All`, body: { ...service, ...said } },
    { ask: `PUT ${NAMESPACE}/services/one`, body: { ...service, ...said } },
    { ask: `PATCH ${NAMESPACE}/services/one`, headers: strategic, body: said },
    { ask: `PATCH ${NAMESPACE}/services/one`, headers: merge, body: said },
    { ask: `PATCH ${NAMESPACE}/services/one?fieldManager=one`, headers: apply, body: { ...service, ...said } },
  ]),
  {
    ask: `PUT ${NAMESPACE}/services/one?dryRun=All`,
    body: { ...service, metadata: { name: "one", uid: "other" } },
  },
  { ask: `POST ${NAMESPACE}/services`, body: service },
  ...["Service", "Pod", "PodList", "Other", ""].map((kind) => ({
    ask: `PATCH ${NAMESPACE}/services/one`,
    headers: merge,
    body: { apiVersion: null, kind },
  })),
  ...[{ name: "one" }, { name: "two" }, { name: "one", labels: { a: "b" }, z: 1 }, { name: 7 }, { labels: 7 }].map(
    (body) => ({
      ask: `PATCH ${NAMESPACE}/services/one`,
      headers: merge,
      body: { ...body, apiVersion: "" },
    }),
  ),
  ...["Strict", "Ignore"].map((validation) => ({
    ask: `PATCH ${NAMESPACE}/services/one?fieldValidation=${validation}`,
    headers: jsonPatch,
    body: [{ op: "remove", path: "/apiVersion" }],
  })),
  { ask: `POST ${SETS}`, body: set },
  ...["", "/status", "/scale"].map((part) => ({
    ask: `PATCH ${SETS}/one${part}`,
    headers: merge,
    body: { apiVersion: "" },
  })),
  ...[{ apiVersion: 7 }, { kind: [] }, { apiVersion: "a/b/c" }, { kind: "Other" }].flatMap((body) => [
    { ask: `PATCH ${SETS}/one`, headers: merge, body },
    { ask: `PATCH ${SETS}/one`, headers: strategic, body },
    { ask: `PATCH ${SETS}/one?fieldManager=one`, headers: apply, body: { ...set, ...body } },
  ]),
  ...[[], "x"].map((value) => ({
    ask: `PATCH ${SETS}/one`,
    headers: jsonPatch,
    body: [{ op: "replace", path: "", value }],
  })),
]);
