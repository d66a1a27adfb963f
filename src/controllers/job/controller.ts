import { Job } from "../../api/batch/v1/job.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { splitKey } from "../../client/informer.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  type ReconcileResult,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { controllerOf } from "../../reconciler/ownership.ts";
import { isActive } from "../pods/condition.ts";
import { createFromTemplate, isTerminatingNamespace, removePod } from "../pods/write.ts";
import { type Backoff, type JobPlan, noBackoff, planJob } from "./plan.ts";
import { isTracked, JOB_NAME, namePrefix, templateOf, TRACKING } from "./pods.ts";
import { settle, track } from "./tracking.ts";

const MANAGER = "kubernetes.io/job-controller";

/** Runs pods until enough of them have succeeded. */
export function jobController(): Controller {
  const backoffs = new Map<string, Backoff>();
  return defineController({
    name: "job",
    reconciles: Job,
    owns: [Pod],
    claims: ({ spec }) => spec.selector,
    finalizer: TRACKING,
    watches: [watched(Pod, lostBy)],
    async reconcile(key, context) {
      const job = context.cache.get(Job, key);
      if (job !== undefined && (job.spec.managedBy ?? MANAGER) !== MANAGER) return settled;
      if (job === undefined || isFinished(job)) {
        backoffs.delete(key);
        const left = job === undefined ? orphansOf(key, context) : context.cache.ownedBy(Pod, job);
        context.because("the Job of the pod has come to its end");
        await release(left.filter(isTracked), context);
        return settled;
      }
      const lost = context.cache.orphans(Pod, job.metadata.namespace).filter((pod) => [...lostBy(pod)].includes(key));
      context.because("the pod belongs to no Job any more");
      await release(lost, context);
      const pods = context.cache.ownedBy(Pod, job);
      const plan = planJob(job, pods, backoffs.get(key) ?? noBackoff, context.clock.now());
      const result = await carryOut(job, pods, plan, context);
      backoffs.set(key, plan.backoff);
      return result;
    },
  }) as unknown as Controller;
}

function isFinished({ status }: Job): boolean {
  return (
    status.conditions?.some(({ type, status: is }) => (type === "Complete" || type === "Failed") && is === "True") ===
    true
  );
}

/** The Job that a pod belonged to which nobody controls, and which would be held for ever. */
function* lostBy(pod: Pod): Iterable<string> {
  const name = pod.metadata.labels?.[JOB_NAME];
  if (name === undefined || !isTracked(pod) || controllerOf(pod) !== undefined) return;
  yield `${pod.metadata.namespace}/${name}`;
}

/** The pods of a Job that is gone, whether they still name it or were let go before. */
function orphansOf(key: string, { cache }: ReconcileContext): readonly Pod[] {
  const { namespace, name } = splitKey(key);
  return cache.list(Pod, namespace).filter((pod) => {
    const owner = controllerOf(pod);
    return owner === undefined ? [...lostBy(pod)].includes(key) : owner.kind === "Job" && owner.name === name;
  });
}

async function carryOut(
  job: Job,
  pods: readonly Pod[],
  plan: JobPlan,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { client, clock, events, signal } = context;
  const { created, removed, failure } = await changePods(job, plan, context);
  const isEnding = plan.verdict !== undefined && removed.length === pods.filter(isActive).length;
  const tracking = track(job, pods, plan, { created, removed, isEnding }, clock.now());
  context.because("reports what it counted");
  const told = await client.setStatus(Job, job, tracking.status, { signal });
  if (plan.event !== undefined) events.record(job, "Normal", plan.event, `Job ${plan.event.toLowerCase()}`);
  context.because("the end of the pod has been counted");
  await release(tracking.release, context);
  const released = new Set(tracking.release.map(({ metadata }) => metadata.uid));
  const final = settle(job, told.status, released, tracking.isFull, clock.now());
  context.because("counts the pods that it has let go");
  await client.setStatus(Job, told, final, { signal });
  const end = final.conditions?.at(-1);
  if (end?.type === "Complete") events.record(job, "Normal", "Completed", "Job completed");
  if (end?.type === "Failed") events.record(job, "Warning", end.reason ?? "", end.message ?? "");
  if (failure !== undefined) throw failure;
  return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
}

async function changePods(job: Job, plan: JobPlan, context: ReconcileContext) {
  const { inBatches } = context;
  const removed: Pod[] = [];
  let created = 0;
  let failure: unknown;
  try {
    context.because(plan.verdict === undefined ? "too many pods run" : `the Job ends: ${plan.verdict.message}`);
    await inBatches(plan.remove, async (pod) => {
      // A pod that goes because there are too many has not failed: nobody will count its end.
      if (plan.verdict === undefined) await release([pod], context);
      await removePod(context, job, pod);
      removed.push(pod);
    });
    context.because("too few pods run");
    await inBatches(plan.create, async ({ index, replaced }) => {
      const more = index === undefined ? {} : { generateName: namePrefix(job, index) };
      await createFromTemplate(context, job, templateOf(job, index, replaced), more);
      created += 1;
    });
  } catch (error) {
    if (!isTerminatingNamespace(error)) failure = error;
  }
  return { created, removed, failure };
}

async function release(pods: readonly Pod[], { client, inBatches, signal }: ReconcileContext): Promise<void> {
  await inBatches(pods, async ({ metadata }) => {
    const { uid, resourceVersion } = metadata;
    const finalizers = (metadata.finalizers ?? []).filter((name) => name !== TRACKING);
    const patch = mergePatch({ metadata: { uid, resourceVersion, finalizers } });
    await client.patch(Pod, metadata, patch, { signal }).catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  });
}
