import { ReplicaSet } from "../../api/apps/v1/replica-set.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import type { Cache } from "../../client/cache.ts";
import { defineController, settled } from "../../reconciler/controller.ts";
import { controllerOf } from "../../reconciler/ownership.ts";
import { isActive } from "../pods/condition.ts";
import { reconcileReplicas } from "../replicas/reconcile.ts";

/** Keeps the pods of a ReplicaSet alive. */
export const replicaSetController = defineController({
  name: "replicaset",
  reconciles: ReplicaSet,
  owns: [Pod],
  claims: (set) => set.spec.selector,
  async reconcile(key, context) {
    const set = context.cache.get(ReplicaSet, key);
    if (set === undefined) return settled;
    return reconcileReplicas(ReplicaSet, set, () => kinOnNode(context.cache, set), context);
  },
});

/** How many pods on a pod's node belong to sets with the same owner: a rollout's old and new set count together. */
function kinOnNode(cache: Cache, set: ReplicaSet): (pod: Pod) => number {
  let counts: ReadonlyMap<string, number> | undefined;
  return ({ spec }) => (counts ??= countKin(cache, set)).get(spec.nodeName ?? "") ?? 0;
}

function countKin(cache: Cache, set: ReplicaSet): ReadonlyMap<string, number> {
  const owner = controllerOf(set);
  const kin =
    owner === undefined
      ? [set]
      : cache.list(ReplicaSet, set.metadata.namespace).filter((other) => controllerOf(other)?.uid === owner.uid);
  const counts = new Map<string, number>();
  for (const member of kin) {
    for (const pod of cache.ownedBy(Pod, member)) {
      const { nodeName = "" } = pod.spec;
      if (nodeName !== "" && isActive(pod)) counts.set(nodeName, (counts.get(nodeName) ?? 0) + 1);
    }
  }
  return counts;
}
