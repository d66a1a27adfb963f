import { byteOrder } from "../../../machinery/byte-order.ts";
import { humanDuration } from "../../../machinery/duration.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { parseTime } from "../../../machinery/time.ts";
import { age, templateColumns } from "../../columns.ts";
import { isWantedAnew, ownerNameWarnings, templateWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import type { Job as StoredJob, JobSpec } from "../../generated/batch-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

import { jobStatusIssues } from "./job-status.ts";
import { jobIssues, jobUpdateIssues } from "./job-validation.ts";

export type Job = StoredJob;

export const Job: Kind<Job> = defineKind(facts.batch.v1.Job, {
  metadataChecks: { update: ["whole", "change"] },
  // Kubernetes keeps this for clients of the first days.
  defaultPropagation: "orphan",
  warnsOfOrphans:
    "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning",
  desired: ({ spec }) => spec,
  fields: { "status.successful": ({ status }) => String(status.succeeded ?? 0) },
  columns: [
    { name: "Status", type: "string", description: "Status of the job.", value: statusOf },
    { name: "Completions", type: "string", value: completionsOf },
    { name: "Duration", type: "string", description: "Time required to complete the job.", value: durationOf },
    age,
    ...templateColumns<Job>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default: (object) => defaultJob(object as unknown as Mutable<Job>),
  dropClosed: (object) => dropClosedFeatures((object as unknown as Mutable<Job>).spec.template.spec),
  prepareForCreate: (object) => generateSelector(object as unknown as Mutable<Job>),
  fromStored: (stored) => withLabels(stored as Job),
  validate: jobIssues,
  validateUpdate: jobUpdateIssues,
  validateStatusUpdate: jobStatusIssues,
  *warnings(next, old) {
    if (old === undefined) yield* ownerNameWarnings(next.metadata.name);
    if (isWantedAnew(next, old)) yield* jobWarnings(next.spec, "spec");
  },
});

const MANY_COMPLETIONS = 100_000;
const MANY_AT_ONCE = 10_000;

/** Warnings about a job, or about those that a CronJob makes. */
export function* jobWarnings(spec: JobSpec, at: string): Iterable<string> {
  const { completionMode, completions = 0, parallelism = 0 } = spec;
  if (completionMode === "Indexed" && completions > MANY_COMPLETIONS && parallelism > MANY_AT_ONCE) {
    yield `${at}: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail`;
  }
  yield* templateWarnings(spec.template, `${at}.template`);
}

const DEFAULT_BACKOFF_LIMIT = 6;
const NO_BACKOFF_LIMIT = 2 ** 31 - 1;

function defaultJob(job: Mutable<Job>): void {
  const { spec } = job;
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? DEFAULT_BACKOFF_LIMIT : NO_BACKOFF_LIMIT;
  Object.assign(job, withLabels(job));
  spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? "TerminatingOrFailed" : "Failed";
  defaultTemplate(spec.template);
}

/** Unless the user brings a selector, a job finds its pods by its own uid. */
function generateSelector(job: Mutable<Job>): void {
  const { metadata, spec } = job;
  if (spec.manualSelector === true) return;
  const labels = (spec.template.metadata.labels ??= {});
  labels["job-name"] ??= metadata.name;
  labels["batch.kubernetes.io/job-name"] ??= metadata.name;
  labels["controller-uid"] ??= metadata.uid;
  labels["batch.kubernetes.io/controller-uid"] ??= metadata.uid;
  // Go shows maps in the order of their keys, in refusals too.
  spec.template.metadata.labels = Object.fromEntries(Object.entries(labels).sort(([a], [b]) => byteOrder(a, b)));
  const selector = (spec.selector ??= {});
  (selector.matchLabels ??= {})["batch.kubernetes.io/controller-uid"] ??= metadata.uid;
}

/**
 * A job without labels has those of its pods. Kubernetes sees to it whenever it reads one, also from its store: a new job,
 * whose pods get their labels after that, is stored without, and with them by whatever write comes first.
 */
function withLabels(job: Job): Job {
  const { labels } = job.spec.template.metadata;
  if (labels === undefined || Object.keys(job.metadata.labels ?? {}).length > 0) return job;
  return { ...job, metadata: { ...job.metadata, labels } };
}

function statusOf(job: Job): string {
  if (isTrue(job, "Complete")) return "Complete";
  if (isTrue(job, "Failed")) return "Failed";
  if (job.metadata.deletionTimestamp !== undefined) return "Terminating";
  return ["Suspended", "FailureTarget", "SuccessCriteriaMet"].find((type) => isTrue(job, type)) ?? "Running";
}

function isTrue({ status }: Job, type: string): boolean {
  return status.conditions?.find((condition) => condition.type === type)?.status === "True";
}

function completionsOf({ spec, status }: Job): string {
  const succeeded = status.succeeded ?? 0;
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`;
  const parallelism = spec.parallelism ?? 0;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationOf({ status }: Job, nowMs: number): string {
  if (status.startTime === undefined) return "";
  const end = status.completionTime === undefined ? nowMs : parseTime(status.completionTime);
  return humanDuration(end - parseTime(status.startTime));
}
