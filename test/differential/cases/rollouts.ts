import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { defineCase } from "../define-case.ts";

// How workloads are replaced, and the number by which a DaemonSet counts its templates.

const at = (plural: string) => `/apis/apps/v1/namespaces/{ns}/${plural}`;
const workload = (kind: string, spec: object, metadata: object = {}) => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "one", ...metadata },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
    ...spec,
  },
});
const GENERATION = "deprecated.daemonset.template.generation";
const counted = (generation: string) => ({ annotations: { [GENERATION]: generation } });

export default defineCase("rollouts", "api", [
  ...["Other", "Recreate", "OnDelete", "", null].flatMap((type) =>
    [{ maxSurge: 1 }, { maxUnavailable: "x" }, {}, null].flatMap((rollingUpdate) => [
      {
        ask: `POST ${at("deployments")}?dryRun=All`,
        body: workload("Deployment", { strategy: { type, rollingUpdate } }),
      },
      {
        ask: `POST ${at("daemonsets")}?dryRun=All`,
        body: workload("DaemonSet", { updateStrategy: { type, rollingUpdate } }),
      },
    ]),
  ),
  ...["7", "007", "+3", "-3", "", "x", " 3", "2.5", "1e3", "0x10", "9223372036854775807", "9223372036854775808"].map(
    (generation) => ({
      ask: `POST ${at("daemonsets")}?dryRun=All`,
      body: workload("DaemonSet", {}, counted(generation)),
    }),
  ),
  { ask: `POST ${at("daemonsets")}`, body: workload("DaemonSet", {}, counted("41")) },
  ...["x", "7"].map((generation) => ({
    ask: `PATCH ${at("daemonsets")}/one`,
    headers: merge,
    body: { metadata: counted(generation) },
  })),
  ...["Deployment", "ReplicaSet", "StatefulSet"].flatMap((kind) => {
    const collection = at(`${kind.toLowerCase()}s`);
    return [
      { ask: `POST ${collection}`, body: workload(kind, { replicas: 2 }) },
      { ask: `GET ${collection}/one/scale`, headers: { accept: "application/json;as=Table;v=v1;g=meta.k8s.io" } },
    ];
  }),
  {
    ask: `PATCH ${at("daemonsets")}/one`,
    headers: merge,
    body: { spec: { template: { spec: { nodeSelector: { a: "b" } } } } },
  },
]);
