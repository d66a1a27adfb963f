import { Pod } from "../../api/core/v1/pod.ts";
import { ReplicationController } from "../../api/core/v1/replication-controller.ts";
import { defineController, settled } from "../../reconciler/controller.ts";
import { isActive } from "../pods/condition.ts";
import { reconcileReplicas } from "../replicas/reconcile.ts";

/** Keeps the pods of a ReplicationController alive: the elder kin of the ReplicaSet. */
export const replicationControllerController = defineController({
  name: "replication",
  reconciles: ReplicationController,
  owns: [Pod],
  claims: ({ spec }) => spec.selector,
  async reconcile(key, context) {
    const owner = context.cache.get(ReplicationController, key);
    if (owner === undefined) return settled;
    const neighbours = () => {
      const active = context.cache.ownedBy(Pod, owner).filter(isActive);
      const counts = Map.groupBy(active, ({ spec }) => spec.nodeName ?? "");
      return ({ spec }: Pod) => (spec.nodeName === undefined ? 0 : (counts.get(spec.nodeName)?.length ?? 0));
    };
    return reconcileReplicas(ReplicationController, owner, neighbours, context);
  },
});
