import {
  APPS,
  BATCH,
  change,
  container,
  CORE,
  end,
  events,
  gone,
  look,
  make,
  observed,
  pods,
  podSpec,
  remove,
  run,
  selector,
  template,
  withoutTimeOwners,
} from "../cluster-steps.ts";
import { type Case, defineCase, type Json } from "../define-case.ts";

const job = (name: string, spec: object = {}, restartPolicy = "Never") =>
  make(`${BATCH}/jobs`, name, { spec: { template: { spec: { ...podSpec, restartPolicy } }, ...spec } });
const condition = (type: string) => (body: Json) =>
  body.status.conditions?.some((one: Json) => one.type === type && one.status === "True");
const once = `${BATCH}/jobs/once`;

const cases: readonly Case[] = [
  defineCase("replicaset-scale", "cluster", [
    make(`${APPS}/replicasets`, "web", { spec: { replicas: 2, selector, template } }),
    pods("two", 2),
    ...run("two", 1),
    observed(`${APPS}/replicasets/web`, ({ status }) => status.readyReplicas === 1 && status.replicas === 2),
    change(`${APPS}/replicasets/web`, { spec: { replicas: 1 } }),
    pods("one", 1),
    { ask: `GET ${CORE}/pods`, see: ({ items }) => items.map(({ status }: Json) => status.phase) },
    events({ SuccessfulCreate: 2, SuccessfulDelete: 1 }),
  ]),
  defineCase("replicaset-adoption", "cluster", [
    make(`${CORE}/pods`, "orphan", { spec: podSpec }, { labels: { app: "web" } }),
    make(`${APPS}/replicasets`, "web", { spec: { replicas: 2, selector, template } }),
    pods("all", 2),
    look(`${CORE}/pods/orphan`, ({ metadata }) => metadata.ownerReferences?.length === 1),
    change(`${CORE}/pods/orphan`, { metadata: { labels: { app: "other" } } }),
    look(`${CORE}/pods/orphan`, ({ metadata }) => metadata.ownerReferences === undefined),
    pods("again", 2, "app=web"),
    remove(`${APPS}/replicasets/web`, "?propagationPolicy=Orphan"),
    gone(`${APPS}/replicasets/web`),
    pods("left", 2, "app=web"),
  ]),
  defineCase("replicationcontroller", "cluster", [
    make(`${CORE}/replicationcontrollers`, "web", { spec: { replicas: 2, selector: { app: "web" }, template } }),
    pods("two", 2),
    ...run("two", 2),
    observed(`${CORE}/replicationcontrollers/web`, ({ status }) => status.availableReplicas === 2),
    { ask: `GET ${CORE}/pods/{two:items.0.metadata.name}` },
    { kubectl: "scale rc/web --replicas=0" },
    pods("none", 0),
    observed(`${CORE}/replicationcontrollers/web`, ({ status }) => status.replicas === 0),
    events({ SuccessfulDelete: 2 }),
  ]),
  defineCase("job-completes", "cluster", [
    job("once"),
    pods("work", 1),
    look(once, ({ status }) => status.active === 1 && status.ready === 0),
    { ask: `GET ${CORE}/pods/{work:items.0.metadata.name}` },
    ...end("work", 1, "Succeeded"),
    look(once, condition("Complete")),
    { ask: `GET ${CORE}/pods/{work:items.0.metadata.name}` },
    { kubectl: "get jobs" },
    { kubectl: "describe job once" },
    events({ Completed: 1 }),
  ]),
  defineCase("job-fails", "cluster", [
    job("once", { backoffLimit: 0 }),
    pods("work", 1),
    ...end("work", 1, "Failed"),
    look(once, condition("Failed")),
    events({ BackoffLimitExceeded: 1 }),
  ]),
  defineCase("job-parallel", "cluster", [
    job("once", { completions: 3, parallelism: 2 }),
    pods("work", 2),
    ...run("work", 2),
    look(once, ({ status }) => status.ready === 2),
    ...end("work", 2, "Succeeded"),
    look(once, ({ status }) => status.succeeded === 2 && status.active === 1),
    change(once, { spec: { suspend: true } }),
    look(once, (body) => condition("Suspended")(body) && body.status.terminating === 0),
    change(once, { spec: { suspend: false } }),
    look(once, ({ status }) => status.active === 1 && !condition("Suspended")({ status })),
    events({ Suspended: 1, Resumed: 1, SuccessfulCreate: 4 }),
  ]),
  defineCase("job-indexed", "cluster", [
    job("once", { completions: 2, parallelism: 2, completionMode: "Indexed" }),
    pods("work", 2),
    {
      ask: `GET ${CORE}/pods`,
      see: ({ items }) =>
        items
          .map(({ metadata, spec }: Json) => ({
            annotations: metadata.annotations,
            labels: metadata.labels,
            host: spec.hostname,
            env: spec.containers[0].env,
          }))
          .toSorted((a: Json, b: Json) => (a.host < b.host ? -1 : 1)),
    },
    ...end("work", 2, "Succeeded"),
    look(once, condition("Complete")),
  ]),
  defineCase("job-deadline", "cluster", [
    job("once", { activeDeadlineSeconds: 1 }),
    look(once, condition("Failed")),
    events({ DeadlineExceeded: 1 }),
  ]),
  defineCase("job-ttl", "cluster", [
    job("once", { ttlSecondsAfterFinished: 1 }),
    pods("work", 1),
    ...end("work", 1, "Succeeded"),
    gone(once),
    pods("none", 0),
  ]),
  defineCase("job-failure-policy", "cluster", [
    job("once", { podFailurePolicy: { rules: [{ action: "FailJob", onExitCodes: { operator: "In", values: [3] } }] } }),
    pods("work", 1),
    ...end("work", 1, "Failed"),
    look(once, condition("Failed")),
  ]),
  defineCase("cronjob", "cluster", [
    make(`${BATCH}/cronjobs`, "often", {
      spec: {
        schedule: "* * * * *",
        jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: "Never" } } } },
      },
    }),
    make(`${BATCH}/cronjobs`, "never", {
      spec: {
        suspend: true,
        schedule: "* * * * *",
        jobTemplate: { spec: { template: { spec: { ...podSpec, restartPolicy: "Never" } } } },
      },
    }),
    look(
      `${BATCH}/jobs`,
      ({ items }) => items.length === 1 && items[0].status.active === 1,
      ({ items }) => items.map(({ metadata: { name: _, ...metadata }, spec }: Json) => ({ metadata, spec })),
    ),
    look(
      `${BATCH}/cronjobs/often`,
      ({ status }) => status.active?.length === 1,
      ({ metadata, spec, status: { active: _, ...status } }) => ({ metadata, spec, status }),
    ),
    { ask: `GET ${BATCH}/cronjobs/never` },
  ]),
  defineCase("statefulset", "cluster", [
    make(`${APPS}/statefulsets`, "web", { spec: { replicas: 2, selector, template, serviceName: "web" } }),
    pods("first", 1),
    { ask: `GET ${CORE}/pods/web-0` },
    ...run("first", 1),
    pods("both", 2),
    ...run("both", 2),
    observed(
      `${APPS}/statefulsets/web`,
      ({ status }) => status.availableReplicas === 2 && status.updatedReplicas === 2,
    ),
    { ask: `GET ${APPS}/controllerrevisions` },
    change(`${APPS}/statefulsets/web`, {
      spec: { template: { metadata: { labels: { v: "2" } } }, updateStrategy: { rollingUpdate: { partition: 1 } } },
    }),
    look(
      `${CORE}/pods/web-1`,
      ({ metadata }) => metadata.labels?.v === "2",
      ({ metadata: { labels } }) => labels,
    ),
    observed(`${APPS}/statefulsets/web`, ({ status }) => status.updatedReplicas === 1),
    {
      ask: `GET ${APPS}/controllerrevisions`,
      see: ({ items }) =>
        items
          .map(({ revision, metadata }: Json) => ({ revision, metadata }))
          .toSorted((a: Json, b: Json) => a.revision - b.revision),
    },
    { kubectl: "scale statefulset/web --replicas=0" },
    pods("none", 0),
    observed(`${APPS}/statefulsets/web`, ({ status }) => status.replicas === 0),
    events({ SuccessfulCreate: 2, SuccessfulDelete: 2 }),
  ]),
  defineCase("statefulset-parallel", "cluster", [
    make(`${APPS}/statefulsets`, "web", {
      spec: { replicas: 3, selector, template, podManagementPolicy: "Parallel", serviceName: "web" },
    }),
    pods("all", 3),
    observed(`${APPS}/statefulsets/web`, ({ status }) => status.replicas === 3),
    ...run("all", 3),
    observed(`${APPS}/statefulsets/web`, ({ status }) => status.readyReplicas === 3),
  ]),
  defineCase("disruption", "cluster", [
    make(`${APPS}/replicasets`, "web", { spec: { replicas: 2, selector, template } }),
    pods("two", 2),
    make("/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets", "web", { spec: { selector, minAvailable: 1 } }),
    look(
      "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/web",
      ({ status }) => status.expectedPods === 2 && status.conditions?.length === 1,
    ),
    ...run("two", 2),
    look("/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/web", ({ status }) => status.disruptionsAllowed === 1),
    { kubectl: "get poddisruptionbudgets" },
    { kubectl: "describe poddisruptionbudget web" },
    {
      ask: `POST ${CORE}/pods/{two:items.0.metadata.name}/eviction`,
      body: { metadata: { name: "{two:items.0.metadata.name}" } },
    },
    {
      ask: `POST ${CORE}/pods/{two:items.1.metadata.name}/eviction`,
      body: { metadata: { name: "{two:items.1.metadata.name}" } },
    },
    pods("again", 2),
    look(
      "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/web",
      ({ status }) => status.currentHealthy === 1 && status.disruptedPods === undefined,
      withoutTimeOwners,
    ),
  ]),
  defineCase("pod-terminates", "cluster", [
    make(`${CORE}/pods`, "web", {
      spec: { ...podSpec, containers: [{ ...container, ports: [{ containerPort: 80 }] }], nodeName: "nowhere" },
    }),
    { ask: `DELETE ${CORE}/pods/web` },
    {
      ask: `GET ${CORE}/pods/web`,
      until: ({ code, metadata }: Json) => code === 404 || metadata.deletionTimestamp !== undefined,
      see: ({ code, kind }) => ({ code, kind }),
    },
    gone(`${CORE}/pods/web`),
  ]),
];
export default cases;
