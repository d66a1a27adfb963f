import type { Kind } from "../../api/kind.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import type { PodTemplateSpec } from "../../api/generated/core-v1.ts";
import { type ReconcileContext, type ReconcileResult, settled } from "../../reconciler/controller.ts";
import { createFromTemplate, isTerminatingNamespace, removePod } from "../pods/write.ts";
import { planReplicas, type ReplicaOwner, type ReplicaPlan, replicaStatus } from "./plan.ts";

/**
 * Keeps `spec.replicas` pods of an owner alive. Never reads an event: only the state of the world.
 * @param neighbours counts the pods of the owner's kin on each pod's node; asked only when pods have to go.
 */
export async function reconcileReplicas<T extends ReplicaOwner>(
  kind: Kind<T>,
  owner: T,
  neighbours: () => (pod: Pod) => number,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { cache, client, clock, signal } = context;
  const owned = cache.ownedBy(Pod, owner);
  let counted: ((pod: Pod) => number) | undefined;
  const plan = planReplicas(owner, owned, (pod) => (counted ??= neighbours())(pod), clock.now());
  const failure = await attempt(owner, plan, context);
  const message = failure === undefined ? undefined : failure instanceof Error ? failure.message : String(failure);
  context.because("reports what it counted");
  await client.setStatus<T>(kind, owner, replicaStatus(owner, owned, message, clock.now()), { signal });
  if (failure !== undefined) throw failure;
  return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
}

/** @returns what went wrong, if anything did. */
async function attempt(owner: ReplicaOwner, plan: ReplicaPlan, context: ReconcileContext): Promise<unknown> {
  const { inBatches } = context;
  const { replicas } = owner.spec;
  try {
    if (plan.create > 0) {
      context.because(`wants ${replicas} pods and has ${plan.create} too few`);
      const template = owner.spec.template as PodTemplateSpec;
      await inBatches(Array.from({ length: plan.create }), () => createFromTemplate(context, owner, template));
    }
    if (plan.remove.length > 0) {
      context.because(`wants ${replicas} pods and has ${plan.remove.length} too many`);
      await inBatches(plan.remove, (pod) => removePod(context, owner, pod));
    }
    return undefined;
  } catch (error) {
    // In a namespace that is going, nothing is wanted any more.
    return isTerminatingNamespace(error) ? undefined : error;
  }
}
