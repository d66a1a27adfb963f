import {
  APPS,
  change,
  CORE,
  events,
  look,
  make,
  observed,
  pods,
  podSpec,
  remove,
  run,
  selector,
  template,
} from "../cluster-steps.ts";
import { type Case, defineCase, type Json, type Step } from "../define-case.ts";

const web = `${APPS}/deployments/web`;
const deployment = (spec: object = {}) =>
  make(`${APPS}/deployments`, "web", { spec: { replicas: 3, selector, template, ...spec } });
const image = (name: string) => ({ spec: { template: { spec: { containers: [{ name: "main", image: name }] } } } });
const replicaSets = (until: (items: Json) => boolean): Step => ({
  ask: `GET ${APPS}/replicasets`,
  until: ({ items }: Json) => until(items) && items.every(isSettled),
  see: ({ items }) => items.toSorted((a: Json, b: Json) => (revisionOf(a) < revisionOf(b) ? -1 : 1)),
});
const isSettled = ({ spec, status, metadata }: Json) =>
  status.observedGeneration === metadata.generation && status.replicas === spec.replicas;
const revisionOf = ({ metadata }: Json) => metadata.annotations["deployment.kubernetes.io/revision"];
const hasCondition = (type: string, reason: string) => (body: Json) =>
  body.status.conditions.some((one: Json) => one.type === type && one.reason === reason);
const available = (count: number) => (body: Json) =>
  body.status.availableReplicas === count && body.status.updatedReplicas === count;

const READY = JSON.stringify({
  status: {
    phase: "Running",
    conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-01-02T03:04:05Z" }],
  },
});

const cases: readonly Case[] = [
  defineCase("deployment-rollout", "cluster", [
    deployment(),
    pods("first", 3),
    observed(web, ({ status }) => status.replicas === 3),
    ...run("first", 3),
    observed(web, available(3)),
    replicaSets((items) => items.length === 1 && items[0].status.availableReplicas === 3),
    { ask: `GET ${CORE}/pods/{first:items.0.metadata.name}` },
    { kubectl: "get deployments,replicasets,pods" },
    { kubectl: "rollout status deployment/web" },
    { kubectl: "describe deployment web" },
    change(web, image("web:2")),
    pods("second", 4),
    replicaSets((items) => items.length === 2),
    ...rounds(3),
    observed(web, (body) => available(3)(body) && body.status.replicas === 3),
    replicaSets((items) => items.length === 2 && items.some(({ status }: Json) => status.replicas === 0)),
    { kubectl: "rollout history deployment/web" },
    { kubectl: "rollout undo deployment/web" },
    pods("back", 4),
    replicaSets((items) => items.length === 2 && items.some(({ status }: Json) => status.replicas === 1)),
    events({ ScalingReplicaSet: 8, SuccessfulCreate: 7, SuccessfulDelete: 3 }),
  ]),
  defineCase("deployment-recreate", "cluster", [
    deployment({ strategy: { type: "Recreate" }, replicas: 2 }),
    pods("first", 2),
    ...run("first", 2),
    observed(web, available(2)),
    change(web, image("web:2")),
    replicaSets((items) => items.length === 2 && items.some(({ spec }: Json) => spec.replicas === 2)),
    pods("second", 2),
    ...run("second", 2),
    observed(web, available(2)),
    events({ SuccessfulCreate: 4, SuccessfulDelete: 2 }),
  ]),
  defineCase("deployment-paused", "cluster", [
    deployment({ paused: true, replicas: 2 }),
    observed(web, hasCondition("Progressing", "DeploymentPaused")),
    change(web, { spec: { paused: false } }),
    pods("first", 2),
    ...run("first", 2),
    observed(web, available(2)),
    change(web, { spec: { paused: true } }),
    observed(web, hasCondition("Progressing", "DeploymentPaused")),
    change(web, image("web:2")),
    change(web, { spec: { replicas: 4 } }),
    pods("scaled", 4),
    observed(web, ({ status }) => status.replicas === 4),
    replicaSets((items) => items.length === 1),
    change(web, { spec: { paused: false } }),
    replicaSets((items) => [2, 3].every((count) => items.some(({ spec }: Json) => spec.replicas === count))),
    events({ SuccessfulCreate: 6, SuccessfulDelete: 1 }),
  ]),
  defineCase("deployment-deadline", "cluster", [
    deployment({ progressDeadlineSeconds: 4, replicas: 1 }),
    observed(web, ({ status }) => status.updatedReplicas === 1),
    observed(web, hasCondition("Progressing", "ProgressDeadlineExceeded")),
    { kubectl: "rollout status deployment/web" },
    { kubectl: "describe deployment web" },
    pods("late", 1),
    ...run("late", 1),
    observed(web, hasCondition("Progressing", "NewReplicaSetAvailable")),
  ]),
  defineCase("deployment-history", "cluster", [
    deployment({ revisionHistoryLimit: 1, replicas: 0 }),
    look(web, ({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"] === "1", revisionOf),
    ...["web:2", "web:3", "web:4"].flatMap((name, index): readonly Step[] => [
      change(web, image(name)),
      look(
        web,
        ({ metadata }) => metadata.annotations["deployment.kubernetes.io/revision"] === String(index + 2),
        revisionOf,
      ),
    ]),
    replicaSets((items) => items.length === 2),
    change(web, image("web:3")),
    look(web, ({ metadata }) => metadata.annotations["deployment.kubernetes.io/revision"] === "5", revisionOf),
    replicaSets((items) => items.length === 2),
  ]),
  defineCase("deployment-proportional", "cluster", [
    deployment({ replicas: 4, strategy: { rollingUpdate: { maxSurge: 2, maxUnavailable: 1 } } }),
    pods("first", 4),
    ...run("first", 4),
    observed(web, available(4)),
    change(web, image("web:2")),
    pods("mixed", 6),
    observed(web, ({ status }) => status.updatedReplicas === 3),
    change(web, { spec: { replicas: 8 } }),
    observed(web, ({ status }) => status.replicas >= 9),
    replicaSets((items) => items.length === 2),
  ]),
  defineCase("deployment-refused", "cluster", [
    deployment({ template: { ...template, spec: { ...podSpec, serviceAccountName: "missing" } }, replicas: 1 }),
    observed(web, hasCondition("ReplicaFailure", "FailedCreate")),
    look(`${APPS}/replicasets`, ({ items }) => items[0]?.status.conditions?.length === 1),
    events({ FailedCreate: 1 }),
  ]),
  defineCase("deployment-deleted", "cluster", [
    deployment({ replicas: 2 }),
    pods("first", 2),
    remove(web),
    pods("none", 0),
    replicaSets((items) => items.length === 0),
  ]),
];
export default cases;

/** Makes the newest pods ready, one after the other, while the rollout goes on. */
function rounds(count: number): readonly Step[] {
  return Array.from({ length: count }, (_, index): readonly Step[] => [
    {
      ask: `GET ${CORE}/pods`,
      as: `round${index}`,
      until: ({ items }: Json) => waiting(items).length === 1,
      see: ({ items }) => waiting(items).length,
    },
    {
      kubectl: `get pods -o name --field-selector=status.phase=Pending | while read pod; do kubectl --namespace {ns} patch "$pod" --subresource=status -p '${READY}' > /dev/null; done`,
    },
  ]).flat();
}

function waiting(items: Json): Json {
  return items.filter(
    ({ status, metadata }: Json) => status.phase === "Pending" && metadata.deletionTimestamp === undefined,
  );
}
