import { CronJob } from "../../api/batch/v1/cron-job.ts";
import { Job } from "../../api/batch/v1/job.ts";
import type { ObjectReference } from "../../api/generated/core-v1.ts";
import { CronError, type CronSchedule, formatInZone, isTimeZone } from "../../machinery/cron.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { defineController, type ReconcileContext, type ReconcileResult, settled } from "../../reconciler/controller.ts";
import { controllerOf, controllerReference } from "../../reconciler/ownership.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { dueAt, endOf, jobName, outdatedJobs, scheduleOf } from "./plan.ts";

/** Starting a little late makes sure that the time has come by every clock. */
const MARGIN_MS = 100;

/** Makes Jobs by a schedule. */
export const cronJobController = defineController({
  name: "cronjob",
  reconciles: CronJob,
  owns: [Job],
  async reconcile(key, context) {
    const { cache, client, signal } = context;
    const cron = cache.get(CronJob, key);
    if (cron === undefined) return settled;
    const jobs = cache.ownedBy(Job, cron);
    const run = new Run(cron, context);
    context.because("more finished Jobs are kept than wanted");
    for (const job of outdatedJobs(cron, jobs)) await run.remove(job);
    await run.observe(jobs);
    let result: ReconcileResult = settled;
    let failure: unknown;
    if (cron.metadata.deletionTimestamp === undefined) {
      try {
        result = await run.start();
      } catch (error) {
        failure = error;
      }
    }
    context.because("reports its Jobs");
    await client.setStatus(CronJob, cron, run.status, { signal });
    if (failure !== undefined && !isTerminatingNamespace(failure)) throw failure;
    return result;
  },
});

/** One look at a CronJob, with the status that comes of it. */
class Run {
  readonly #cron: CronJob;
  readonly #context: ReconcileContext;
  #active: readonly ObjectReference[];
  #lastScheduleTime: string | undefined;
  #lastSuccessfulTime: string | undefined;

  constructor(cron: CronJob, context: ReconcileContext) {
    this.#cron = cron;
    this.#context = context;
    this.#active = cron.status.active ?? [];
    this.#lastScheduleTime = cron.status.lastScheduleTime;
    this.#lastSuccessfulTime = cron.status.lastSuccessfulTime;
  }

  get status(): CronJob["status"] {
    return {
      ...(this.#active.length === 0 ? {} : { active: this.#active }),
      ...(this.#lastScheduleTime === undefined ? {} : { lastScheduleTime: this.#lastScheduleTime }),
      ...(this.#lastSuccessfulTime === undefined ? {} : { lastSuccessfulTime: this.#lastSuccessfulTime }),
    };
  }

  /** Notes which Jobs have ended, and which are gone. */
  async observe(jobs: readonly Job[]): Promise<void> {
    const { events } = this.#context;
    for (const job of jobs) {
      const { uid, name } = job.metadata;
      const isActive = this.#active.some((reference) => reference.uid === uid);
      const end = endOf(job);
      if (end === undefined && !isActive) {
        const message = `Saw a job that the controller did not create or forgot: ${name}`;
        events.record(this.#cron, "Warning", "UnexpectedJob", message);
      }
      if (end === undefined) continue;
      if (isActive) {
        this.#drop(uid);
        events.record(this.#cron, "Normal", "SawCompletedJob", `Saw completed job: ${name}, condition: ${end}`);
      }
      const { completionTime } = job.status;
      if (end !== "Complete" || completionTime === undefined) continue;
      const isLater =
        this.#lastSuccessfulTime === undefined || parseTime(completionTime) > parseTime(this.#lastSuccessfulTime);
      if (isLater) this.#lastSuccessfulTime = completionTime;
    }
    for (const { uid = "", name = "" } of this.#active) {
      if (jobs.some(({ metadata }) => metadata.uid === uid) || (await this.#live(name)) !== undefined) continue;
      events.record(this.#cron, "Normal", "MissingJob", `Active job went missing: ${name}`);
      this.#drop(uid);
    }
  }

  async remove(job: Job): Promise<void> {
    const { client, events, signal } = this.#context;
    const { uid, name } = job.metadata;
    try {
      await client.delete(Job, job.metadata, { uid, propagationPolicy: "Background", signal });
    } catch (error) {
      if (isStatus(error, "NotFound")) return;
      const why = error instanceof Error ? error.message : String(error);
      events.record(this.#cron, "Warning", "FailedDelete", `Deleted job: ${why}`);
      throw error;
    }
    this.#drop(uid);
    events.record(this.#cron, "Normal", "SuccessfulDelete", `Deleted job ${name}`);
  }

  /** Starts what is due, and says when something will be again. */
  async start(): Promise<ReconcileResult> {
    const { clock, events } = this.#context;
    const cron = this.#cron;
    const { spec } = cron;
    const warn = (reason: string, message: string) => events.record(cron, "Warning", reason, message);
    if (spec.timeZone !== undefined && !isTimeZone(spec.timeZone)) {
      const why = `unknown time zone ${spec.timeZone}`;
      warn("UnknownTimeZone", `invalid timeZone: "${spec.timeZone}": ${why}`);
      return settled;
    }
    if (spec.suspend) return settled;
    const schedule = this.#schedule();
    if (schedule === undefined) return settled;
    const now = clock.now();
    const due = dueAt(cron, schedule, now);
    if (due === undefined) {
      // Kubernetes takes no time at all for the same time again and again.
      const why = "time difference between two schedules is less than 1 second";
      warn("InvalidSchedule", `invalid schedule: ${spec.schedule} : ${why}`);
      return settled;
    }
    const { atMs, missedMany, nextMs } = due;
    const again = nextMs === undefined ? settled : { recheckAfterMs: nextMs - now + MARGIN_MS };
    if (atMs === undefined) return again;
    if (missedMany) {
      warn(
        "TooManyMissedTimes",
        "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew",
      );
    }
    const { startingDeadlineSeconds } = spec;
    if (startingDeadlineSeconds !== undefined && atMs + startingDeadlineSeconds * 1000 < now) {
      const time = new Date(atMs).toUTCString().replace("GMT", "+0000");
      warn("MissSchedule", `Missed scheduled time to start a job: ${time}`);
      return again;
    }
    const name = jobName(cron, atMs);
    if (this.#active.some((reference) => reference.name === name) || this.#lastScheduleTime === formatTime(atMs))
      return again;
    if (spec.concurrencyPolicy === "Forbid" && this.#active.length > 0) {
      const message = "Not starting job because prior execution is running and concurrency policy is Forbid";
      events.record(cron, "Normal", "JobAlreadyActive", message);
      return again;
    }
    if (spec.concurrencyPolicy === "Replace") await this.#removeActive();
    await this.#create(name, atMs);
    return again;
  }

  #schedule(): CronSchedule | undefined {
    const { events } = this.#context;
    const { schedule } = this.#cron.spec;
    if (schedule.includes("TZ")) {
      const message = `CRON_TZ or TZ used in schedule "${schedule}" is not officially supported, see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details`;
      events.record(this.#cron, "Warning", "UnsupportedSchedule", message);
    }
    try {
      return scheduleOf(this.#cron);
    } catch (error) {
      if (!(error instanceof CronError)) throw error;
      const message = `unparseable schedule: "${schedule}" : ${error.message}`;
      events.record(this.#cron, "Warning", "UnparseableSchedule", message);
      return undefined;
    }
  }

  async #removeActive(): Promise<void> {
    this.#context.because("the next Job replaces the one that still runs");
    for (const { name = "" } of this.#active) {
      const job = await this.#live(name);
      if (job !== undefined) await this.remove(job);
    }
  }

  async #create(name: string, atMs: number): Promise<void> {
    const { client, events, because, signal } = this.#context;
    const { metadata, spec } = this.#cron;
    const template = spec.jobTemplate;
    because("the time has come");
    const time = formatInZone(atMs, spec.timeZone);
    const annotations = { ...template.metadata?.annotations, "batch.kubernetes.io/cronjob-scheduled-timestamp": time };
    const labels = template.metadata?.labels;
    const ownerReferences = [controllerReference(this.#cron)];
    const own = { name, namespace: metadata.namespace!, annotations, ownerReferences };
    const draft = { metadata: labels === undefined ? own : { ...own, labels }, spec: template.spec };
    let job: Job;
    try {
      job = await client.create(Job, draft, { signal });
      events.record(this.#cron, "Normal", "SuccessfulCreate", `Created job ${name}`);
    } catch (error) {
      const present = isStatus(error, "AlreadyExists") ? await this.#live(name) : undefined;
      if (present === undefined) {
        const why = error instanceof Error ? error.message : String(error);
        if (!isTerminatingNamespace(error)) {
          events.record(this.#cron, "Warning", "FailedCreate", `Error creating job: ${why}`);
        }
        throw error;
      }
      // Somebody else's Job of that name: they see to it.
      if (controllerOf(present)?.uid !== metadata.uid) return;
      job = present;
    }
    const { apiVersion, kind } = job;
    const { namespace, uid, resourceVersion } = job.metadata as Required<Job["metadata"]>;
    this.#active = [...this.#active, { kind, namespace, name, uid, apiVersion, resourceVersion }];
    this.#lastScheduleTime = formatTime(atMs);
  }

  async #live(name: string): Promise<Job | undefined> {
    const { client, signal } = this.#context;
    const { namespace } = this.#cron.metadata as { readonly namespace: string };
    return client.get(Job, { namespace, name }, { signal }).catch((error: unknown) => {
      if (isStatus(error, "NotFound")) return undefined;
      throw error;
    });
  }

  #drop(uid: string): void {
    this.#active = this.#active.filter((reference) => reference.uid !== uid);
  }
}
