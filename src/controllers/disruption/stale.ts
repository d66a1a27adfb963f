import { Pod } from "../../api/core/v1/pod.ts";
import { mergePatch } from "../../client/client.ts";
import { nameKey } from "../../client/informer.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";
import { conditionOf } from "../conditions.ts";
import { DELETION_MS } from "./plan.ts";

const TYPE = "DisruptionTarget";

/** Takes back what a pod's status says of its disruption where the pod was never deleted. */
export const staleDisruptionController = defineController({
  name: "disruption-stale-pods",
  user: "system:serviceaccount:kube-system:disruption-controller",
  watches: [watched(Pod, (pod) => (isTarget(pod) ? [nameKey(pod.metadata)] : []))],
  async reconcile(key, { cache, client, clock, because, signal }) {
    const pod = cache.get(Pod, key);
    if (pod === undefined || !isTarget(pod)) return settled;
    const since = conditionOf(pod.status.conditions, TYPE)!.lastTransitionTime;
    const leftMs = since === null ? 0 : parseTime(since) + DELETION_MS - clock.now();
    if (leftMs > 0) return { recheckAfterMs: leftMs };
    because("the pod was to be taken away, but never was");
    const lastTransitionTime = formatTime(clock.now());
    const conditions = pod.status.conditions!.map((condition) => {
      if (condition.type !== TYPE) return condition;
      const { reason: _reason, message: _message, ...rest } = condition;
      return { ...rest, status: "False", lastTransitionTime };
    });
    const { uid, resourceVersion } = pod.metadata;
    const patch = mergePatch({ metadata: { uid, resourceVersion }, status: { conditions } });
    await client.patch(Pod, pod.metadata, patch, { signal, subresource: "status" });
    return settled;
  },
});

function isTarget({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && conditionOf(status.conditions, TYPE)?.status === "True";
}
