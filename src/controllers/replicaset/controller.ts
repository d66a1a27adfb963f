import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import type { Cache } from "../../client/cache.ts";
import { defineController, settled } from "../../reconciler/controller.ts";
import { controllerOf } from "../../reconciler/ownership.ts";
import { createFromTemplate, removePod } from "../pods/write.ts";
import { planReplicas } from "./plan.ts";

/** Keeps `spec.replicas` pods alive. Never reads an event: only the state of the world. */
export const replicaSetController = defineController({
  name: "replicaset",
  reconciles: ReplicaSet,
  owns: [Pod],
  claims: (set) => set.spec.selector,
  async reconcile(key, context) {
    const { cache, client, clock, inBatches, signal } = context;
    const set = cache.get(ReplicaSet, key);
    if (set === undefined) return settled;
    const plan = planReplicas(set, cache.ownedBy(Pod, set), kinOnNode(cache, set), clock.now());
    if (plan.create > 0) {
      context.because(`wants ${set.spec.replicas ?? 1}, has ${plan.status.replicas}`);
      await inBatches(Array.from({ length: plan.create }), () => createFromTemplate(context, set, set.spec.template!));
    }
    if (plan.remove.length > 0) {
      context.because(`wants ${set.spec.replicas ?? 1}, has ${plan.status.replicas}`);
      await inBatches(plan.remove, (pod) => removePod(context, set, pod));
    }
    context.because("reports what it counted");
    await client.setStatus(ReplicaSet, set, plan.status, { signal });
    return plan.recheckAfterMs === undefined ? settled : { recheckAfterMs: plan.recheckAfterMs };
  },
});

/** How many pods on a pod's node belong to sets with the same owner: a rollout's old and new set count together. */
function kinOnNode(cache: Cache, set: ReplicaSet): (pod: Pod) => number {
  const owner = controllerOf(set);
  const kin =
    owner === undefined
      ? [set]
      : cache.list(ReplicaSet, set.metadata.namespace).filter((other) => controllerOf(other)?.uid === owner.uid);
  const counts = new Map<string, number>();
  for (const member of kin) {
    for (const { spec } of cache.ownedBy(Pod, member)) {
      const node = spec.nodeName ?? "";
      if (node !== "") counts.set(node, (counts.get(node) ?? 0) + 1);
    }
  }
  return ({ spec }) => counts.get(spec.nodeName ?? "") ?? 0;
}
