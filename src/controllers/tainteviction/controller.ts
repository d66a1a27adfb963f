import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import type { Cache } from "../../client/cache.ts";
import { nameKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { type Controller, defineController, settled, watched } from "../../reconciler/controller.ts";
import { isEnded } from "../pods/condition.ts";
import { disrupt } from "../pods/disruption.ts";
import { evicting, toleratedMs } from "./plan.ts";

const EVICTED = {
  reason: "DeletionByTaintManager",
  message: "Taint manager: deleting due to NoExecute taint",
};

/** Deletes pods from nodes whose taints they do not tolerate, or no longer. */
export function taintEvictionController(): Controller {
  /** Since when a pod has had to leave, by its key. */
  const leaving = new Map<string, { readonly uid: string; readonly sinceMs: number }>();
  return defineController({
    name: "taint-eviction",
    user: "system:serviceaccount:kube-system:node-controller",
    watches: [
      watched(Pod, (pod, cache) => {
        const key = nameKey(pod.metadata);
        return leaving.has(key) || taintsOf(pod, cache).length > 0 ? [key] : [];
      }),
      watched(Node, (node, cache, old) => {
        const taints = evicting(node.spec.taints);
        if (sameJson(taints, evicting(old?.spec.taints))) return [];
        const here = cache.list(Pod).filter(({ spec }) => spec.nodeName === node.metadata.name);
        return here.map(({ metadata }) => nameKey(metadata));
      }),
    ],
    async reconcile(key, context) {
      const { cache, clock, events } = context;
      const pod = cache.get(Pod, key);
      if (pod === undefined || isEnded(pod) || pod.metadata.deletionTimestamp !== undefined) {
        leaving.delete(key);
        return settled;
      }
      const taints = taintsOf(pod, cache);
      const mayStayMs = taints.length === 0 ? undefined : toleratedMs(pod, taints);
      const known = leaving.get(key);
      if (mayStayMs === undefined) {
        if (leaving.delete(key)) {
          events.record(pod, "Normal", "TaintManagerEviction", `Cancelling deletion of Pod ${key}`);
        }
        return settled;
      }
      const sinceMs = known?.uid === pod.metadata.uid ? known.sinceMs : clock.now();
      leaving.set(key, { uid: pod.metadata.uid, sinceMs });
      const leftMs = sinceMs + mayStayMs - clock.now();
      if (leftMs > 0) return { recheckAfterMs: leftMs };
      context.because("the pod does not tolerate its node's taints");
      events.record(pod, "Normal", "TaintManagerEviction", `Marking for deletion Pod ${key}`);
      await disrupt(pod, EVICTED, context, { force: false });
      leaving.delete(key);
      return settled;
    },
  });
}

function taintsOf({ spec }: Pod, cache: Cache) {
  const { nodeName = "" } = spec;
  return nodeName === "" ? [] : evicting(cache.get(Node, nodeName)?.spec.taints);
}
