import { apply, CONFIG, config, deployment, DEPLOYMENTS, merge, strategic } from "./drafts.ts";
import type { Step } from "./replay.ts";

const JOBS = "/apis/batch/v1/namespaces/default/jobs";
const spec = { template: { spec: { containers: [{ name: "main", image: "web:1" }], restartPolicy: "Never" } } };
const badLabel = { metadata: { labels: { "bad label!": "x" } } };
const BUDGETS = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const CLASSES = "/apis/storage.k8s.io/v1/storageclasses";
const jane = { "impersonate-user": "jane" };

/** What the API server refuses, in which words and how often it says them. */
export const refusals: Readonly<Record<string, readonly Step[]>> = {
  refusals: [
    { ask: `POST ${CONFIG}?dryRun=`, body: config("r-1") },
    { ask: `POST ${CONFIG}?fieldManager=a%00b`, body: config("r-1") },
    { ask: `POST ${CONFIG}`, body: { ...config("r-1"), apiVersion: "a/b/c" } },
    { ask: `POST ${CONFIG}`, body: '{"metadata":{"name":"\\ud800"}}' },
    { ask: `POST ${CONFIG}`, body: "[".repeat(10_001) + "]".repeat(10_001) },
    { ask: `POST ${CONFIG}`, body: config("r-1") },
    { ask: `PUT ${CONFIG}/r-1`, body: { metadata: { name: "other", namespace: "other" } } },
    { ask: `PATCH ${CONFIG}/r-1`, headers: merge, body: badLabel },
    { ask: `PATCH ${CONFIG}/r-1`, headers: strategic, body: "null" },
    { ask: `PATCH ${CONFIG}/r-1`, headers: strategic, body: "{" },
    { ask: `PATCH ${CONFIG}/r-1`, headers: strategic, body: { data: 7 } },
    { ask: `PATCH ${CONFIG}/r-1`, headers: strategic, body: { data: { a: 7 } } },
    { ask: `PATCH ${CONFIG}/r-1`, headers: strategic, body: { data: { a: true } } },
    { ask: `PATCH ${CONFIG}/r-1?fieldManager=test`, headers: apply, body: "7" },
    { ask: `DELETE ${CONFIG}/r-1?gracePeriodSeconds=99999999999999999999` },
    { ask: `DELETE ${CONFIG}/r-1`, body: { kind: "ConfigMap", metadata: { name: "x" } } },
    { ask: `POST ${DEPLOYMENTS}`, body: deployment("r-d") },
    { ask: `PATCH ${DEPLOYMENTS}/r-d`, headers: merge, body: badLabel },
    { ask: `PATCH ${DEPLOYMENTS}/r-d`, headers: strategic, body: { spec: { replicas: "1" } } },
    { ask: `PATCH ${DEPLOYMENTS}/r-d`, headers: strategic, body: { spec: { paused: 1 } } },
    { ask: `PATCH ${DEPLOYMENTS}/r-d`, headers: strategic, body: { spec: { template: [] } } },
    { ask: `POST ${JOBS}`, body: { metadata: { name: "r-j" }, spec } },
    { ask: `PATCH ${JOBS}/r-j`, headers: merge, body: badLabel },
    { ask: `DELETE ${JOBS}/r-j?dryRun=All` },
    {
      ask: `POST ${BUDGETS}`,
      body: { metadata: { name: "Any Name!", finalizers: ["any"] }, spec: { minAvailable: 1 } },
    },
    {
      ask: `POST ${CLASSES}`,
      body: { metadata: { name: "r-c" }, provisioner: "x.example.com", allowedTopologies: [{}] },
    },
    { ask: "GET /apis/apps/v2" },
    { ask: "GET /api/v2" },
    { ask: "GET /apis/none/v1/namespaces/default/things" },
    { ask: "GET /apis/none/v1/namespaces/default/things", headers: jane },
    { ask: "GET /apis/apps/v1/namespaces/default/things", headers: jane },
  ],
};
