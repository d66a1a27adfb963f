import type { Door } from "./connection.ts";
import { fanOut, type FanOutJob } from "./jobs/fan-out.ts";
import { firstSync, type FirstSyncJob } from "./jobs/first-sync.ts";
import { bindAll, type BindJob } from "./jobs/bind.ts";
import { type RepeatJob, repeat } from "./jobs/repeat.ts";

/** What the load generator can be told to do. */
export type Job = RepeatJob | FanOutJob | FirstSyncJob | BindJob;

export interface Result {
  readonly operations: number;
  readonly seconds: number;
  /** Of one operation, in milliseconds. */
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** @param begin called when all connections are open: handshakes are not what is measured. */
export function runJob(job: Job, door: Door, begin: () => void): Promise<Result> {
  switch (job.type) {
    case "repeat":
      return repeat(job, door, begin);
    case "fan-out":
      return fanOut(job, door, begin);
    case "first-sync":
      return firstSync(job, door, begin);
    case "bind":
      return bindAll(job, door, begin);
  }
}
