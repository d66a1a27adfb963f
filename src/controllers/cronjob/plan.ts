import type { CronJob, Job } from "../../api/generated/batch-v1.ts";
import { type CronSchedule, parseCron } from "../../machinery/cron.ts";
import { parseTime } from "../../machinery/time.ts";

/** More missed starts than these are warned of. */
const MANY = 100;

/** When a CronJob is due. */
export interface Due {
  /** The last scheduled time that has not been met; undefined where there is none. */
  readonly atMs: number | undefined;
  /** Too many have been missed: clocks may differ, or the deadline is too long. */
  readonly missedMany: boolean;
  /** The next time after that. */
  readonly nextMs: number | undefined;
}

/** @throws CronError */
export function scheduleOf({ spec }: CronJob): CronSchedule {
  return parseCron(spec.schedule, spec.timeZone);
}

/**
 * The most recent time that was to be met since the last start, within the deadline; earlier ones are skipped.
 * @returns undefined for a schedule whose time never comes, such as the 31st of February
 */
export function dueAt(job: CronJob, schedule: CronSchedule, nowMs: number): Due | undefined {
  const { startingDeadlineSeconds } = job.spec;
  let fromMs = parseTime(job.status.lastScheduleTime ?? job.metadata.creationTimestamp);
  if (startingDeadlineSeconds !== undefined) fromMs = Math.max(fromMs, nowMs - startingDeadlineSeconds * 1000);
  const first = schedule.next(fromMs);
  if (first === undefined) return undefined;
  if (first > nowMs) return { atMs: undefined, missedMany: false, nextMs: first };
  const second = schedule.next(first);
  if (second === undefined || second > nowMs) return { atMs: first, missedMany: false, nextMs: second };
  const between = second - first;
  const missed = Math.floor((nowMs - first) / between) + 1;
  let atMs = first;
  let nextMs: number | undefined = schedule.next(first + (missed - 2) * between);
  while (nextMs !== undefined && nextMs <= nowMs) {
    atMs = nextMs;
    nextMs = schedule.next(nextMs);
  }
  return { atMs, missedMany: missed > MANY, nextMs };
}

export function jobName({ metadata }: CronJob, atMs: number): string {
  return `${metadata.name}-${Math.floor(atMs / 60_000)}`;
}

/** How a Job ended, if it has. */
export function endOf({ status }: Job): "Complete" | "Failed" | undefined {
  const end = status.conditions?.find(
    ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
  );
  return end?.type as "Complete" | "Failed" | undefined;
}

/** Finished Jobs beyond those that are remembered, oldest first, of each outcome. */
export function outdatedJobs({ spec }: CronJob, jobs: readonly Job[]): readonly Job[] {
  const started = ({ status }: Job) =>
    status.startTime === undefined ? Number.MAX_SAFE_INTEGER : parseTime(status.startTime);
  const beyond = (end: "Complete" | "Failed", limit: number) => {
    const ended = jobs
      .filter((job) => endOf(job) === end)
      .sort((a, b) => started(a) - started(b) || (a.metadata.name < b.metadata.name ? -1 : 1));
    return ended.slice(0, Math.max(0, ended.length - limit));
  };
  return [...beyond("Complete", spec.successfulJobsHistoryLimit), ...beyond("Failed", spec.failedJobsHistoryLimit)];
}
