import { apply, merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase, type HttpStep, type Json } from "../define-case.ts";

// Both versions of an autoscaler are one object.

const at = (version: string, name = "") =>
  `/apis/autoscaling/${version}/namespaces/{ns}/horizontalpodautoscalers${name === "" ? "" : `/${name}`}`;
const scaleTargetRef = { apiVersion: "apps/v1", kind: "Deployment", name: "web" };
const autoscaler = (version: string, name: string, spec: Json, more: object = {}) => ({
  apiVersion: `autoscaling/${version}`,
  kind: "HorizontalPodAutoscaler",
  metadata: { name, ...more },
  spec: { scaleTargetRef, maxReplicas: 5, ...spec },
});
const metric = { name: "hits", selector: { matchLabels: { a: "b" } } };
const describedObject = { apiVersion: "v1", kind: "Service", name: "web" };
const utilization = (name: string, averageUtilization: number) => ({
  type: "Resource",
  resource: { name, target: { type: "Utilization", averageUtilization } },
});
const METRICS = [
  utilization("cpu", 50),
  utilization("memory", 60),
  { type: "Resource", resource: { name: "cpu", target: { type: "AverageValue", averageValue: "100m" } } },
  { type: "Pods", pods: { metric, target: { type: "AverageValue", averageValue: "10" } } },
  { type: "Object", object: { metric, describedObject, target: { type: "Value", value: "1k" } } },
  { type: "Object", object: { metric, describedObject, target: { type: "AverageValue", averageValue: "2" } } },
  { type: "External", external: { metric, target: { type: "Value", value: "3" } } },
  { type: "External", external: { metric, target: { type: "AverageValue", averageValue: "4" } } },
  {
    type: "ContainerResource",
    containerResource: { name: "cpu", container: "main", target: { type: "Utilization", averageUtilization: 70 } },
  },
];
const STATUS = {
  currentReplicas: 2,
  desiredReplicas: 3,
  observedGeneration: 1,
  lastScaleTime: "2024-01-01T00:00:00Z",
  currentMetrics: [
    { type: "Resource", resource: { name: "cpu", current: { averageUtilization: 40, averageValue: "40m" } } },
    { type: "Pods", pods: { metric, current: { averageValue: "9" } } },
    { type: "Object", object: { metric, describedObject, current: { value: "900" } } },
    { type: "External", external: { metric, current: { value: "2", averageValue: "1" } } },
    {
      type: "ContainerResource",
      containerResource: { name: "cpu", container: "main", current: { averageUtilization: 4, averageValue: "4m" } },
    },
  ],
  conditions: [
    { type: "AbleToScale", status: "True", lastTransitionTime: "2024-01-01T00:00:00Z", reason: "A", message: "<b>" },
  ],
};
const BEHAVIOR = {
  scaleUp: { stabilizationWindowSeconds: 5, policies: [{ type: "Pods", value: 2, periodSeconds: 30 }] },
  scaleDown: { selectPolicy: "Disabled" },
};
const cells = ({ rows }: Json) => rows.map((row: Json) => row.cells);
const inBoth = (name: string): readonly HttpStep[] => [
  { ask: `GET ${at("v1", name)}` },
  { ask: `GET ${at("v2", name)}` },
];

export default defineCase("autoscalers", "api", [
  { ask: `POST ${at("v1")}`, body: autoscaler("v1", "old", { targetCPUUtilizationPercentage: 60 }) },
  ...inBoth("old"),
  { ask: `POST ${at("v1")}`, body: autoscaler("v1", "bare", {}) },
  ...inBoth("bare"),
  { ask: `POST ${at("v2")}`, body: autoscaler("v2", "new", { metrics: METRICS, behavior: BEHAVIOR }) },
  ...inBoth("new"),
  { ask: `PATCH ${at("v2", "new")}/status`, headers: merge, body: { status: STATUS } },
  ...inBoth("new"),
  { ask: `PATCH ${at("v1", "new")}`, headers: merge, body: { spec: { targetCPUUtilizationPercentage: 55 } } },
  ...inBoth("new"),
  {
    ask: `PATCH ${at("v1", "new")}`,
    headers: merge,
    body: { metadata: { annotations: { "autoscaling.alpha.kubernetes.io/behavior": null } } },
  },
  ...inBoth("new"),
  { ask: `PATCH ${at("v1", "new")}/status`, headers: merge, body: { status: { currentCPUUtilizationPercentage: 7 } } },
  ...inBoth("new"),
  {
    ask: `PATCH ${at("v1", "applied")}?fieldManager=one`,
    headers: apply,
    body: autoscaler("v1", "applied", { targetCPUUtilizationPercentage: 60 }),
  },
  {
    ask: `PATCH ${at("v2", "applied")}?fieldManager=two`,
    headers: apply,
    body: autoscaler("v2", "applied", { metrics: [utilization("memory", 10)] }),
  },
  ...inBoth("applied"),
  { ask: `POST ${at("v1")}`, body: autoscaler("v1", "wrong", { maxReplicas: 0, targetCPUUtilizationPercentage: -1 }) },
  { ask: `POST ${at("v1")}`, body: autoscaler("v1", "wrong", { minReplicas: 9, scaleTargetRef: {} }) },
  ...["", "v1", "/v1", "/", "a/", "a//b"].map((apiVersion) => ({
    ask: `POST ${at("v2")}?dryRun=All`,
    body: autoscaler("v2", "wrong", { scaleTargetRef: { ...scaleTargetRef, apiVersion } }),
  })),
  {
    ask: `POST ${at("v1")}`,
    body: autoscaler(
      "v1",
      "kept",
      {},
      { annotations: { "autoscaling.alpha.kubernetes.io/metrics": "nonsense", a: "b" } },
    ),
  },
  ...inBoth("kept"),
  { ask: `GET ${at("v1")}` },
  { ask: `GET ${at("v1")}`, headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" }, see: cells },
  { ask: `GET ${at("v1", "new")}`, headers: { accept: "application/yaml" } },
  { ask: `PATCH ${at("v2", "new")}`, headers: merge, body: { apiVersion: "autoscaling/v1" } },
  { ask: `POST ${at("v2")}`, body: autoscaler("v1", "other", {}) },
  { ask: `DELETE ${at("v1", "old")}` },
  { ask: `GET ${at("v2", "old")}` },
]);
