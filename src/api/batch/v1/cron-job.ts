import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { age, since, templateColumns } from "../../columns.ts";
import { defaultPodSpec } from "../../core/v1/pod-spec/defaults.ts";
import type { CronJob as StoredCronJob } from "../../generated/batch-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type CronJob = StoredCronJob;

export const CronJob: Kind<CronJob> = defineKind(facts.batch.v1.CronJob, {
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
  default: (object) => defaultPodSpec((object as unknown as Mutable<CronJob>).spec.jobTemplate.spec.template.spec),
});

function lastSchedule({ status }: CronJob, nowMs: number): string {
  return status.lastScheduleTime === undefined ? "<none>" : since(status.lastScheduleTime, nowMs);
}
