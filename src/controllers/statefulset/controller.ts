import { ControllerRevision } from "../../api/apps/v1/controller-revision.ts";
import { StatefulSet } from "../../api/apps/v1/stateful-set.ts";
import { PersistentVolumeClaim } from "../../api/core/v1/persistent-volume-claim.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import type { PodTemplateSpec } from "../../api/generated/core-v1.ts";
import { mergePatch } from "../../client/client.ts";
import { nameKey } from "../../client/informer.ts";
import { templateHash } from "../../machinery/hash.ts";
import { isStatus } from "../../machinery/status.ts";
import { defineController, type ReconcileContext, settled, watched } from "../../reconciler/controller.ts";
import { type History, reviseHistory, trimHistory } from "../history/history.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { claimOwners, claimsOf, memberPod, missingLabels, ordinalOf, podName, revisionOf } from "./members.ts";
import { planStateful, type StatefulPlan } from "./plan.ts";

/** Keeps numbered pods, each with a name and storage of its own. */
export const statefulSetController = defineController({
  name: "statefulset",
  reconciles: StatefulSet,
  owns: [Pod, ControllerRevision],
  claims: ({ spec }) => spec.selector,
  watches: [watched(PersistentVolumeClaim, () => [])],
  async reconcile(key, context) {
    const { cache, client, clock, signal } = context;
    const set = cache.get(StatefulSet, key);
    if (set === undefined) return settled;
    const history = await historyOf(set, context);
    if (history === undefined) return settled;
    const update = history.current;
    const all = [...history.old, update];
    const current = all.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
    const owned = cache.ownedBy(Pod, set);
    const names = { current: current.metadata.name, update: update.metadata.name };
    const plan = planStateful(set, owned, names, clock.now());
    const failure = await attempt(set, plan, current, context);
    context.because("reports what it counted");
    await client.setStatus(StatefulSet, set, plan.status, { signal });
    const live = new Set([names.current, names.update, ...owned.map(revisionOf)]);
    const idle = history.old.filter(({ metadata }) => !live.has(metadata.name));
    await trimHistory(set, idle, () => false, context);
    if (failure !== undefined) throw failure;
    return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
  },
});

async function historyOf(set: StatefulSet, context: ReconcileContext): Promise<History | undefined> {
  const { client, signal } = context;
  const { status, spec, metadata } = set;
  const hash = templateHash(spec.template, status.collisionCount ?? 0);
  const name = `${metadata.name.slice(0, 223)}-${hash}`;
  const history = await reviseHistory(set, { name, labels: { "controller.kubernetes.io/hash": hash } }, context);
  if (history === undefined) {
    const collisionCount = (status.collisionCount ?? 0) + 1;
    await client.setStatus(StatefulSet, set, { ...status, collisionCount }, { signal });
  }
  return history;
}

/** @returns what went wrong, if anything did. */
async function attempt(
  set: StatefulSet,
  plan: StatefulPlan,
  current: ControllerRevision,
  context: ReconcileContext,
): Promise<unknown> {
  const { inBatches } = context;
  try {
    context.because("a pod of the set is missing");
    await inBatches(plan.create, ({ ordinal, revision }) => {
      const template = revision === current.metadata.name ? templateIn(current) : set.spec.template;
      return createMember(set, template, ordinal, revision, context);
    });
    for (const ordinal of plan.pending) await createClaims(set, ordinal, context);
    context.because("the pod's labels do not say which one it is");
    for (const pod of plan.relabel) await relabel(set, pod, context);
    context.because("what becomes of the claim follows the set's policy");
    for (const pod of context.cache.ownedBy(Pod, set))
      await keepClaims(set, pod, plan.condemned.includes(pod), context);
    context.because("the pod has ended, is beyond the size of the set, or is old");
    await inBatches(plan.remove, (pod) => removeMember(set, pod, context));
    return undefined;
  } catch (error) {
    return isTerminatingNamespace(error) ? undefined : error;
  }
}

function templateIn({ data }: ControllerRevision): PodTemplateSpec {
  const { spec } = data as unknown as { readonly spec: { readonly template: PodTemplateSpec & { $patch?: string } } };
  const { $patch: _patch, ...template } = spec.template;
  return template;
}

async function createMember(
  set: StatefulSet,
  template: PodTemplateSpec,
  ordinal: number,
  revision: string,
  context: ReconcileContext,
): Promise<void> {
  const { client, signal } = context;
  const name = podName(set, ordinal);
  await told("Create", name, set, context, async () => {
    await createClaims(set, ordinal, context);
    await client.create(Pod, memberPod(set, template, ordinal, revision), { signal });
  });
}

async function removeMember(set: StatefulSet, pod: Pod, context: ReconcileContext): Promise<void> {
  const { client, signal } = context;
  try {
    await told("Delete", pod.metadata.name, set, context, () =>
      client.delete(Pod, pod.metadata, { uid: pod.metadata.uid, signal }),
    );
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
  }
}

async function relabel(set: StatefulSet, pod: Pod, context: ReconcileContext): Promise<void> {
  const { client, signal } = context;
  const { uid, resourceVersion, name } = pod.metadata;
  const labels = missingLabels(pod, ordinalOf(pod, set)!);
  const patch = mergePatch({ metadata: { uid, resourceVersion, labels } });
  await told("Update", name, set, context, () => client.patch(Pod, pod.metadata, patch, { signal }));
}

/** Does something to a pod and tells of it by an event on the set. */
async function told(
  verb: "Create" | "Update" | "Delete",
  pod: string,
  set: StatefulSet,
  { events }: ReconcileContext,
  act: () => Promise<unknown>,
): Promise<void> {
  const what = `${verb} Pod ${pod} in StatefulSet ${set.metadata.name}`;
  try {
    await act();
  } catch (error) {
    if (!isStatus(error, "AlreadyExists", "NotFound", "Conflict") && !isTerminatingNamespace(error)) {
      const why = error instanceof Error ? error.message : String(error);
      events.record(set, "Warning", `Failed${verb}`, `${what} failed error: ${why}`);
    }
    throw error;
  }
  events.record(set, "Normal", `Successful${verb}`, `${what} successful`);
}

async function createClaims(set: StatefulSet, ordinal: number, context: ReconcileContext): Promise<void> {
  const { cache, client, events, signal } = context;
  for (const claim of claimsOf(set, ordinal)) {
    const { name, namespace } = claim.metadata as { readonly name: string; readonly namespace: string };
    const present = cache.get(PersistentVolumeClaim, nameKey({ namespace, name }));
    if (present?.metadata.deletionTimestamp !== undefined) throw new Error(`pvc ${name} is being deleted`);
    if (present !== undefined) continue;
    const what = `Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`;
    try {
      await client.create(PersistentVolumeClaim, claim, { signal });
      events.record(set, "Normal", "SuccessfulCreate", `Create Claim ${name} ${what} success`);
    } catch (error) {
      if (isStatus(error, "AlreadyExists")) continue;
      const why = error instanceof Error ? error.message : String(error);
      events.record(set, "Warning", "FailedCreate", `Create Claim ${name} for ${what} failed error: ${why}`);
      throw new Error(`failed to create PVC ${name}: ${why}`, { cause: error });
    }
  }
}

async function keepClaims(set: StatefulSet, pod: Pod, isCondemned: boolean, context: ReconcileContext): Promise<void> {
  const { cache, client, signal } = context;
  const ordinal = ordinalOf(pod, set);
  if (ordinal === undefined) return;
  for (const { metadata } of claimsOf(set, ordinal)) {
    const name = { namespace: set.metadata.namespace!, name: metadata!.name! };
    const claim = cache.get(PersistentVolumeClaim, nameKey(name));
    const ownerReferences = claim === undefined ? undefined : claimOwners(set, claim, isCondemned ? pod : undefined);
    if (claim === undefined || ownerReferences === undefined) continue;
    const owned = { ...claim, metadata: { ...claim.metadata, ownerReferences } };
    await client.update(PersistentVolumeClaim, owned, { signal });
  }
}
