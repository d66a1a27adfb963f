import { CronError, isTimeZone, parseCron } from "../../../machinery/cron.ts";
import { invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { checkNonnegative, checkRequiredOneOf, type Issues } from "../../checks.ts";
import { age, since, templateColumns } from "../../columns.ts";
import { isWantedAnew, ownerNameWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import type { CronJob as StoredCronJob } from "../../generated/batch-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

import { jobWarnings } from "./job.ts";
import { checkJobSpec } from "./job-validation.ts";

export type CronJob = StoredCronJob;

export const CronJob: Kind<CronJob> = defineKind(facts.batch.v1.CronJob, {
  metadataChecks: { status: [] },
  desired: ({ spec }) => spec,
  columns: [
    { name: "Schedule", type: "string", value: ({ spec }) => spec.schedule },
    { name: "Timezone", type: "string", value: ({ spec }) => spec.timeZone ?? "<none>" },
    { name: "Suspend", type: "boolean", value: ({ spec }) => (spec.suspend ? "True" : "False") },
    { name: "Active", type: "integer", value: ({ status }) => status.active?.length ?? 0 },
    { name: "Last Schedule", type: "string", value: lastSchedule },
    age,
    ...templateColumns<CronJob>(({ spec }) => spec.jobTemplate.spec.template),
    {
      name: "Selector",
      type: "string",
      priority: 1,
      value: ({ spec }) => formatLabelSelector(spec.jobTemplate.spec.selector),
    },
  ],
  default: (object) => defaultTemplate((object as unknown as Mutable<CronJob>).spec.jobTemplate.spec.template),
  dropClosed: (object) =>
    dropClosedFeatures((object as unknown as Mutable<CronJob>).spec.jobTemplate.spec.template.spec),
  validate: (job) => (job.metadata.resourceVersion === undefined ? cronJobIssues(job, undefined) : []),
  validateUpdate: cronJobIssues,
  *warnings(next, old) {
    const { metadata, spec } = next;
    if (old === undefined) yield* ownerNameWarnings(metadata.name);
    if (isWantedAnew(next, old)) yield* jobWarnings(spec.jobTemplate.spec, "spec.jobTemplate.spec");
    if (old !== undefined && spec.schedule.includes("TZ")) {
      yield "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details";
    }
  },
});

/** The name of a job is that of its CronJob and a time of 11 characters. */
const LONGEST_NAME = 52;
const CONCURRENCY_POLICIES = ["Allow", "Forbid", "Replace"];

function cronJobIssues({ metadata, spec }: CronJob, old: CronJob | undefined): readonly Issue[] {
  const issues: Issues = [];
  if (spec.schedule === "") issues.push(required("spec.schedule"));
  else checkSchedule(spec, old, issues);
  checkNonnegative(spec.startingDeadlineSeconds, "spec.startingDeadlineSeconds", issues);
  const { timeZone } = spec;
  if (timeZone !== undefined && timeZone !== old?.spec.timeZone) checkTimeZone(timeZone, issues);
  checkRequiredOneOf(spec.concurrencyPolicy, "spec.concurrencyPolicy", CONCURRENCY_POLICIES, issues);
  const job = spec.jobTemplate.spec;
  const at = "spec.jobTemplate.spec";
  checkJobSpec(job, at, issues);
  if (job.selector !== undefined) {
    issues.push(invalid(`${at}.selector`, job.selector, "`selector` will be auto-generated"));
  }
  if (job.manualSelector === true) issues.push(notSupported(`${at}.manualSelector`, true, ["nil", "false"]));
  checkNonnegative(spec.successfulJobsHistoryLimit, "spec.successfulJobsHistoryLimit", issues);
  checkNonnegative(spec.failedJobsHistoryLimit, "spec.failedJobsHistoryLimit", issues);
  if (old === undefined && metadata.name.length > LONGEST_NAME) {
    issues.push(invalid("metadata.name", metadata.name, `must be no more than ${LONGEST_NAME} characters`));
  }
  return issues;
}

function checkSchedule({ schedule, timeZone }: CronJob["spec"], old: CronJob | undefined, issues: Issues): void {
  const at = "spec.schedule";
  try {
    parseCron(schedule);
  } catch (error) {
    if (!(error instanceof CronError)) throw error;
    issues.push(invalid(at, schedule, error.message));
  }
  if (!schedule.includes("TZ")) return;
  if (old?.spec.schedule.includes("TZ") !== true) {
    issues.push(invalid(at, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"));
  } else if (timeZone !== undefined) {
    issues.push(invalid(at, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"));
  }
}

const ZONE_PART = /^[A-Za-z._0-9+][A-Za-z._0-9+-]{0,13}$/;

function checkTimeZone(zone: string, issues: Issues): void {
  const at = "spec.timeZone";
  if (zone === "") return void issues.push(invalid(at, zone, "timeZone must be nil or non-empty string"));
  const sound = zone.split("/").every((part) => part !== "." && part !== ".." && ZONE_PART.test(part));
  if (!sound) return void issues.push(invalid(at, zone, `unknown time zone ${zone}`));
  if (zone.toLowerCase() === "local") {
    const detail = "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones";
    issues.push(invalid(at, zone, detail));
  }
  if (!isTimeZone(zone)) issues.push(invalid(at, zone, `unknown time zone ${zone}`));
}

function lastSchedule({ status }: CronJob, nowMs: number): string {
  return status.lastScheduleTime === undefined ? "<none>" : since(status.lastScheduleTime, nowMs);
}
