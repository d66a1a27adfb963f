import { config, jsonPatch, merge, pod } from "./drafts.ts";
import type { Step } from "./replay.ts";

type Steps = readonly Step[];

const limited = "/api/v1/namespaces/limited";
const counted = "/api/v1/namespaces/counted";
const scoped = "/api/v1/namespaces/scoped";

const namespace = (name: string): Steps => [
  { ask: "POST /api/v1/namespaces", body: { apiVersion: "v1", kind: "Namespace", metadata: { name } } },
  {
    ask: `POST /api/v1/namespaces/${name}/serviceaccounts`,
    body: { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } },
  },
];
const asking = (name: string, resources: object, spec: object = {}) =>
  pod(
    name,
    {},
    { automountServiceAccountToken: false, containers: [{ name: "main", image: "web:1", resources }], ...spec },
  );
const cpu = (request: string, limit?: string) => ({
  requests: { cpu: request },
  ...(limit === undefined ? {} : { limits: { cpu: limit } }),
});
const claim = (name: string, storage: string, spec: object = {}) => ({
  apiVersion: "v1",
  kind: "PersistentVolumeClaim",
  metadata: { name },
  spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } }, ...spec },
});
const service = (name: string, spec: object) => ({ apiVersion: "v1", kind: "Service", metadata: { name }, spec });
const quota = (name: string, spec: object) => ({ apiVersion: "v1", kind: "ResourceQuota", metadata: { name }, spec });
const range = (name: string, ...limits: readonly object[]) => ({
  apiVersion: "v1",
  kind: "LimitRange",
  metadata: { name },
  spec: { limits },
});
/** What the loop of quotas would write. */
const status = (name: string, hard: object, used: object) => ({
  ask: `PATCH ${name}/status`,
  headers: merge,
  body: { status: { hard, used } },
});

const hard = {
  pods: "2",
  "requests.cpu": "1",
  "limits.memory": "1Gi",
  services: "2",
  "services.nodeports": "1",
  configmaps: "1",
  "count/deployments.apps": "1",
  persistentvolumeclaims: "2",
  "requests.storage": "2Gi",
  "gold.storageclass.storage.k8s.io/requests.storage": "1Gi",
};
const nothing = Object.fromEntries(Object.keys(hard).map((name) => [name, "0"]));
const needs = (request: string, memory = "256Mi") => ({ requests: { cpu: request }, limits: { memory } });
const deployment = (name: string) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
  },
});

/** What the plugins of limits and quotas fill in, refuse and charge. No loop runs beside the server. */
export const quotasAndLimits: Readonly<Record<string, Steps>> = {
  limits: [
    ...namespace("limited"),
    {
      ask: `POST ${limited}/limitranges`,
      body: range(
        "containers",
        {
          type: "Container",
          min: { cpu: "50m" },
          max: { cpu: "2" },
          default: { cpu: "500m", memory: "256Mi" },
          defaultRequest: { cpu: "100m" },
          maxLimitRequestRatio: { cpu: "5" },
        },
        { type: "Pod", max: { cpu: "3", memory: "1Gi" } },
        { type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "4Gi" } },
      ),
    },
    { ask: `POST ${limited}/pods`, body: asking("filled", {}) },
    { ask: `POST ${limited}/pods`, body: asking("half", { requests: { memory: "64Mi" }, limits: { cpu: "300m" } }) },
    { ask: `POST ${limited}/pods`, body: asking("init", {}, { initContainers: [{ name: "first", image: "x:1" }] }) },
    { ask: `POST ${limited}/pods`, body: asking("small", cpu("10m", "40m")) },
    { ask: `POST ${limited}/pods`, body: asking("large", cpu("1", "2500m")) },
    { ask: `POST ${limited}/pods`, body: asking("apart", cpu("100m", "1500m")) },
    {
      ask: `POST ${limited}/pods`,
      body: asking("sum", cpu("1", "2"), {
        containers: ["a", "b"].map((name) => ({ name, image: "web:1", resources: cpu("1", "2") })),
      }),
    },
    { ask: `POST ${limited}/pods`, body: asking("memory", { limits: { memory: "2Gi" } }) },
    { ask: `PATCH ${limited}/pods/filled`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    { ask: `POST ${limited}/persistentvolumeclaims`, body: claim("small", "1Mi") },
    { ask: `POST ${limited}/persistentvolumeclaims`, body: claim("large", "5Gi") },
    { ask: `POST ${limited}/limitranges`, body: range("bad", { type: "Pod", min: { cpu: "2" }, max: { cpu: "1" } }) },
  ],
  quotas: [
    ...namespace("counted"),
    { ask: `POST ${counted}/resourcequotas`, body: quota("all", { hard }) },
    { ask: `POST ${counted}/pods?dryRun=All`, body: asking("early", {}) },
    status(`${counted}/resourcequotas/all`, hard, { pods: "0" }),
    { ask: `POST ${counted}/configmaps`, body: config("early") },
    status(`${counted}/resourcequotas/all`, hard, nothing),
    { ask: `POST ${counted}/pods`, body: asking("silent", {}) },
    {
      ask: `POST ${counted}/pods`,
      body: asking("half", cpu("1"), { initContainers: [{ name: "first", image: "x:1" }] }),
    },
    { ask: `POST ${counted}/pods`, body: asking("one", needs("600m")) },
    { ask: `POST ${counted}/pods?dryRun=All`, body: asking("dry", needs("400m")) },
    { ask: `POST ${counted}/pods`, body: asking("more", needs("600m")) },
    { ask: `POST ${counted}/pods`, body: asking("two", needs("400m")) },
    { ask: `POST ${counted}/pods`, body: asking("three", needs("1", "1Gi")) },
    { ask: `POST ${counted}/services`, body: service("a", { ports: [{ port: 80 }] }) },
    {
      ask: `POST ${counted}/services`,
      body: service("b", { type: "NodePort", ports: [80, 81].map((port) => ({ port, name: `p${port}` })) }),
    },
    { ask: `POST ${counted}/services`, body: service("b", { clusterIP: "None", ports: [{ port: 80 }] }) },
    { ask: `POST ${counted}/services`, body: service("c", { clusterIP: "None", ports: [{ port: 80 }] }) },
    {
      ask: `PATCH ${counted}/services/a`,
      headers: jsonPatch,
      body: [
        { op: "replace", path: "/spec/type", value: "NodePort" },
        { op: "add", path: "/spec/ports/-", value: { port: 81, name: "other" } },
        { op: "add", path: "/spec/ports/0/name", value: "first" },
      ],
    },
    { ask: `POST ${counted}/persistentvolumeclaims`, body: claim("large", "3Gi") },
    { ask: `POST ${counted}/persistentvolumeclaims`, body: claim("gold", "1536Mi", { storageClassName: "gold" }) },
    { ask: `POST ${counted}/configmaps`, body: config("first") },
    { ask: `POST ${counted}/configmaps`, body: config("second") },
    { ask: "POST /apis/apps/v1/namespaces/counted/deployments", body: deployment("first") },
    { ask: "POST /apis/apps/v1/namespaces/counted/deployments", body: deployment("second") },
  ],
  scopes: [
    ...namespace("scoped"),
    ...["Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "CrossNamespacePodAffinity"].flatMap(
      (scope): Steps => [
        {
          ask: `POST ${scoped}/resourcequotas`,
          body: quota(scope.toLowerCase(), { hard: { pods: "0" }, scopes: [scope] }),
        },
        status(`${scoped}/resourcequotas/${scope.toLowerCase()}`, { pods: "0" }, { pods: "0" }),
        { ask: `POST ${scoped}/pods?dryRun=All`, body: asking("plain", {}) },
        { ask: `POST ${scoped}/pods?dryRun=All`, body: asking("ends", cpu("1"), { activeDeadlineSeconds: 5 }) },
        { ask: `DELETE ${scoped}/resourcequotas/${scope.toLowerCase()}` },
      ],
    ),
    {
      ask: `POST ${scoped}/resourcequotas`,
      body: quota("important", {
        hard: { pods: "0" },
        scopeSelector: {
          matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: ["system-node-critical"] }],
        },
      }),
    },
    status(`${scoped}/resourcequotas/important`, { pods: "0" }, { pods: "0" }),
    { ask: `POST ${scoped}/pods?dryRun=All`, body: asking("plain", {}) },
    {
      ask: `POST ${scoped}/pods?dryRun=All`,
      body: asking("vital", {}, { priorityClassName: "system-node-critical" }),
    },
  ],
};
