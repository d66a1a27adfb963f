import type { Job } from "../../api/generated/batch-v1.ts";
import type { Container, ContainerStatus, Pod, PodTemplateSpec } from "../../api/generated/core-v1.ts";
import { parseTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";
import { matchPolicy } from "./failure-policy.ts";

export const TRACKING = "batch.kubernetes.io/job-tracking";
export const JOB_NAME = "batch.kubernetes.io/job-name";
const INDEX = "batch.kubernetes.io/job-completion-index";
const INDEX_FAILURES = "batch.kubernetes.io/job-index-failure-count";
const INDEX_IGNORED_FAILURES = "batch.kubernetes.io/job-index-ignored-failure-count";
/** So long may the prefix of a generated name be. */
const LONGEST_PREFIX = 58;

export function isIndexed({ spec }: Job): boolean {
  return spec.completionMode === "Indexed";
}

/** A pod whose end has not been counted yet. */
export function isTracked({ metadata }: Pod): boolean {
  return metadata.finalizers?.includes(TRACKING) === true;
}

/** Failed, or on its way out without having succeeded, where such ones are replaced at once. */
export function hasFailed({ metadata, status }: Pod, job: Job): boolean {
  if (status.phase === "Failed") return true;
  return !replacesOnlyFailed(job) && metadata.deletionTimestamp !== undefined && status.phase !== "Succeeded";
}

/** Whether a pod is replaced only once it has ended, and not when it begins to. */
export function replacesOnlyFailed({ spec }: Job): boolean {
  return (
    spec.podReplacementPolicy === "Failed" ||
    (spec.podReplacementPolicy === undefined && spec.podFailurePolicy !== undefined)
  );
}

/** The completion index; undefined where the pod has none that counts. */
export function indexOf({ metadata }: Pod, { spec }: Job): number | undefined {
  const text = metadata.annotations?.[INDEX];
  return text !== undefined && /^\d+$/.test(text) && Number(text) < (spec.completions ?? 0) ? Number(text) : undefined;
}

/** How often the pods of an index have failed before this one. */
export function indexFailures({ metadata }: Pod): number {
  return Number(metadata.annotations?.[INDEX_FAILURES] ?? 0);
}

/** The same with those that the failure policy does not count. */
export function allIndexFailures(pod: Pod): number {
  return indexFailures(pod) + Number(pod.metadata.annotations?.[INDEX_IGNORED_FAILURES] ?? 0);
}

/** When a pod ended: when its last container did, or what comes nearest. */
export function finishedMs({ metadata, spec, status }: Pod): number {
  const sidecars = new Set(spec.initContainers?.filter((own) => own.restartPolicy === "Always").map((own) => own.name));
  const containers = [
    ...(status.containerStatuses ?? []),
    ...(status.initContainerStatuses ?? []).filter(({ name }) => sidecars.has(name)),
  ];
  const ends = containers.map(({ state }: ContainerStatus) => state?.terminated?.finishedAt ?? undefined);
  if (ends.length > 0 && ends.every((end) => end !== undefined)) return Math.max(...ends.map((end) => parseTime(end)));
  const ready = conditionOf(status.conditions, "Ready");
  if (ready?.status === "False" && ready.lastTransitionTime) return parseTime(ready.lastTransitionTime);
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, creationTimestamp } = metadata;
  if (deletionTimestamp !== undefined) return parseTime(deletionTimestamp) - deletionGracePeriodSeconds * 1000;
  return parseTime(creationTimestamp);
}

/** The template of a Job's next pod. @param replaced the failed pod of the same index that it follows. */
export function templateOf(job: Job, index: number | undefined, replaced: Pod | undefined): PodTemplateSpec {
  const { template } = job.spec;
  const finalizers = [...(template.metadata?.finalizers ?? []).filter((name) => name !== TRACKING), TRACKING];
  const spec = template.spec!;
  if (index === undefined) return { metadata: { ...template.metadata, finalizers }, spec };
  const { initContainers } = spec;
  return {
    metadata: {
      ...template.metadata,
      finalizers,
      annotations: { ...template.metadata?.annotations, [INDEX]: String(index), ...failureCounts(job, replaced) },
      labels: { ...template.metadata?.labels, [INDEX]: String(index) },
    },
    spec: {
      ...spec,
      hostname: `${job.metadata.name}-${index}`,
      containers: spec.containers.map(withIndexVariable),
      ...(initContainers === undefined ? {} : { initContainers: initContainers.map(withIndexVariable) }),
    },
  };
}

export function namePrefix({ metadata }: Job, index: number | undefined): string {
  const end = index === undefined ? "-" : `-${index}-`;
  return `${metadata.name.slice(0, LONGEST_PREFIX - end.length)}${end}`;
}

function failureCounts(job: Job, replaced: Pod | undefined): Readonly<Record<string, string>> {
  if (job.spec.backoffLimitPerIndex === undefined) return {};
  if (replaced === undefined) return { [INDEX_FAILURES]: "0" };
  const counts = matchPolicy(job.spec.podFailurePolicy, replaced).counts;
  const ignored = allIndexFailures(replaced) - indexFailures(replaced) + (counts ? 0 : 1);
  return {
    [INDEX_FAILURES]: String(indexFailures(replaced) + (counts ? 1 : 0)),
    ...(ignored === 0 ? {} : { [INDEX_IGNORED_FAILURES]: String(ignored) }),
  };
}

function withIndexVariable(container: Container): Container {
  const name = "JOB_COMPLETION_INDEX";
  if (container.env?.some((variable) => variable.name === name) === true) return container;
  const fieldRef = { apiVersion: "v1", fieldPath: `metadata.labels['${INDEX}']` };
  return { ...container, env: [...(container.env ?? []), { name, valueFrom: { fieldRef } }] };
}
