import { Job } from "../../api/batch/v1/job.ts";
import { isStatus } from "../../machinery/status.ts";
import { parseTime } from "../../machinery/time.ts";
import { defineController, settled } from "../../reconciler/controller.ts";

/** Deletes finished Jobs after the time that they give themselves. */
export const ttlAfterFinishedController = defineController({
  name: "ttl-after-finished",
  reconciles: Job,
  async reconcile(key, { cache, client, clock, because, signal }) {
    const cached = cache.get(Job, key);
    const leftMs = cached === undefined ? undefined : remainingMs(cached, clock.now());
    if (leftMs === undefined) return settled;
    if (leftMs > 0) return { recheckAfterMs: leftMs };
    try {
      // The time may have been lengthened since: the newest version decides.
      const job = await client.get(Job, cached!.metadata, { signal });
      const freshMs = remainingMs(job, clock.now());
      if (freshMs === undefined) return settled;
      if (freshMs > 0) return { recheckAfterMs: freshMs };
      because("the Job has outlived its time");
      const { uid } = job.metadata;
      await client.delete(Job, job.metadata, { uid, propagationPolicy: "Foreground", signal });
    } catch (error) {
      if (!isStatus(error, "NotFound")) throw error;
    }
    return settled;
  },
});

/** How long a finished Job still has; undefined for one that stays. */
function remainingMs({ metadata, spec, status }: Job, nowMs: number): number | undefined {
  const { ttlSecondsAfterFinished } = spec;
  if (ttlSecondsAfterFinished === undefined || metadata.deletionTimestamp !== undefined) return undefined;
  const end = status.conditions?.find(
    ({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True",
  );
  if (!end?.lastTransitionTime) return undefined;
  return Math.max(0, parseTime(end.lastTransitionTime) + ttlSecondsAfterFinished * 1000 - nowMs);
}
