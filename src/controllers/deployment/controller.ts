import { Deployment } from "../../api/apps/v1/deployment.ts";
import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { nameKey } from "../../client/informer.ts";
import type { Draft } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { defineController, type ReconcileContext, settled, watched } from "../../reconciler/controller.ts";
import { controllerOf } from "../../reconciler/ownership.ts";
import { withCondition } from "../conditions.ts";
import { isTerminatingNamespace } from "../pods/write.ts";
import { type DeploymentPlan, planDeployment, sameTemplate } from "./plan.ts";
import { deploymentCondition } from "./status.ts";
import { hasDeadline } from "./strategy.ts";

/** Moves the pods of a Deployment from one template to the next by the sizes of its ReplicaSets. */
export const deploymentController = defineController({
  name: "deployment",
  reconciles: Deployment,
  owns: [ReplicaSet],
  claims: ({ spec }) => spec.selector,
  watches: [
    watched(Pod, function* (pod, cache) {
      const set = controllerOf(pod);
      if (set?.kind !== "ReplicaSet") return;
      const { namespace } = pod.metadata as { readonly namespace: string };
      const owner = controllerOf(cache.get(ReplicaSet, nameKey({ namespace, name: set.name })) ?? pod);
      if (owner?.kind !== "Deployment") return;
      const key = nameKey({ namespace, name: owner.name });
      // Only a Recreate waits for the very last pod; to all others the ReplicaSets tell enough.
      if (cache.get(Deployment, key)?.spec.strategy.type === "Recreate") yield key;
    }),
  ],
  async reconcile(key, context) {
    const { cache, clock } = context;
    const deployment = cache.get(Deployment, key);
    if (deployment === undefined) return settled;
    const hasPods = (set: ReplicaSet) =>
      cache.ownedBy(Pod, set).some(({ status }) => status.phase !== "Failed" && status.phase !== "Succeeded");
    const plan = planDeployment(deployment, cache.ownedBy(ReplicaSet, deployment), hasPods, clock.now());
    await carryOut(deployment, plan, context);
    return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
  },
});

async function carryOut(deployment: Deployment, plan: DeploymentPlan, context: ReconcileContext): Promise<void> {
  const { client, events, signal } = context;
  if (plan.create !== undefined) {
    context.because("has no ReplicaSet of its present template");
    if (!(await createSet(deployment, plan.create, context))) return;
  }
  context.because(`takes the next step of ${deployment.spec.strategy.type}`);
  for (const set of plan.update) await client.update(ReplicaSet, set, { signal });
  for (const { member, from, to } of plan.resizes) {
    const direction = from < to ? "up" : "down";
    const message = `Scaled ${direction} replica set ${member.name} from ${from} to ${to}`;
    events.record(deployment, "Normal", "ScalingReplicaSet", message);
  }
  context.because("keeps no more old ReplicaSets than its history holds");
  for (const { metadata } of plan.remove) {
    await client.delete(ReplicaSet, metadata, { uid: metadata.uid, signal }).catch((error: unknown) => {
      if (!isStatus(error, "NotFound")) throw error;
    });
  }
  context.because("reports how far it has come");
  await report(deployment, plan, context);
}

/** Writes status and revision together: a write of the status may touch annotations too. */
async function report(
  deployment: Deployment,
  { annotations, status }: Pick<DeploymentPlan, "annotations" | "status">,
  { client, signal }: ReconcileContext,
): Promise<void> {
  if (sameJson(deployment.metadata.annotations, annotations)) {
    await client.setStatus(Deployment, deployment, status, { signal });
    return;
  }
  const metadata = { ...deployment.metadata, ...(annotations === undefined ? {} : { annotations }) };
  await client.update(Deployment, { ...deployment, metadata, status }, { signal, subresource: "status" });
}

/** @returns whether the ReplicaSet is there now. */
async function createSet(
  deployment: Deployment,
  draft: Draft<ReplicaSet>,
  context: ReconcileContext,
): Promise<boolean> {
  const { client, events, signal } = context;
  const name = draft.metadata!.name!;
  try {
    await client.create(ReplicaSet, draft, { signal });
  } catch (error) {
    if (isStatus(error, "AlreadyExists")) return resolveCollision(deployment, name, context);
    if (!isTerminatingNamespace(error)) await reportFailure(deployment, name, error, context);
    throw error;
  }
  const size = draft.spec?.replicas ?? 0;
  if (size > 0) {
    const message = `Scaled up replica set ${name} from 0 to ${size}`;
    events.record(deployment, "Normal", "ScalingReplicaSet", message);
  }
  return true;
}

/** A ReplicaSet of this name is there: it is the one that was meant, or its template only has the same hash. */
async function resolveCollision(
  deployment: Deployment,
  name: string,
  { client, cache, signal }: ReconcileContext,
): Promise<boolean> {
  const { namespace, uid } = deployment.metadata as { readonly namespace: string; readonly uid: string };
  const present =
    cache.get(ReplicaSet, nameKey({ namespace, name })) ??
    (await client.get(ReplicaSet, { namespace, name }, { signal }));
  if (controllerOf(present)?.uid === uid && sameTemplate(present.spec.template, deployment.spec.template)) return true;
  const { status } = deployment;
  const collisionCount = (status.collisionCount ?? 0) + 1;
  await client.setStatus(Deployment, deployment, { ...status, collisionCount }, { signal });
  return false;
}

async function reportFailure(
  deployment: Deployment,
  name: string,
  error: unknown,
  { client, clock, events, signal }: ReconcileContext,
): Promise<void> {
  const reason = "ReplicaSetCreateError";
  const why = error instanceof Error ? error.message : String(error);
  const message = `Failed to create new replica set "${name}": ${why}`;
  events.record(deployment, "Warning", reason, message);
  if (!hasDeadline(deployment)) return;
  const { status } = deployment;
  const condition = deploymentCondition("Progressing", "False", reason, message, clock.now());
  const conditions = withCondition(status.conditions, condition);
  await client.setStatus(Deployment, deployment, { ...status, conditions }, { signal });
}
