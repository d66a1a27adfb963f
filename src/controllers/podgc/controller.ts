import { Node } from "../../api/core/v1/node.ts";
import { Pod } from "../../api/core/v1/pod.ts";
import { isStatus } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { isEnded } from "../pods/condition.ts";
import { disrupt } from "../pods/disruption.ts";
import { leftovers } from "./plan.ts";

const EVERYTHING = "pods";
const PERIOD_MS = 20_000;
/** For how long a node may be unknown before the server is asked whether it is gone. */
const QUARANTINE_MS = 40_000;
const MOST_ENDED = 12_500;
const ORPHANED = { reason: "DeletionByPodGC", message: "PodGC: node no longer exists" };

/** Forces pods out that no kubelet will ever end, and the oldest of too many that have ended. */
export function podGarbageCollector(): Controller {
  /** Since when a node that pods name is not known. */
  const missing = new Map<string, number>();
  let lastPassMs = Number.NEGATIVE_INFINITY;
  return defineController({
    name: "podgc",
    user: "system:serviceaccount:kube-system:pod-garbage-collector",
    workers: 1,
    watches: [
      watched(Pod, (pod, cache) => {
        const { nodeName = "" } = pod.spec;
        const isSuspect =
          isEnded(pod) ||
          pod.metadata.deletionTimestamp !== undefined ||
          (nodeName !== "" && cache.get(Node, nodeName) === undefined);
        return isSuspect ? [EVERYTHING] : [];
      }),
      watched(Node, () => [EVERYTHING]),
    ],
    async reconcile(_key, context) {
      const { cache, clock } = context;
      const now = clock.now();
      if (now - lastPassMs < PERIOD_MS) return { recheckAfterMs: lastPassMs + PERIOD_MS - now };
      lastPassMs = now;
      const pods = cache.list(Pod);
      const gone = await goneNodes(pods, missing, context);
      const found = leftovers(
        pods,
        (name) => cache.get(Node, name),
        (name) => gone.has(name),
        MOST_ENDED,
      );
      for (const [pod, why] of found) {
        context.because(`the pod is ${why}`);
        await disrupt(pod, why === "orphaned" ? ORPHANED : undefined, context, { force: true });
      }
      return missing.size > 0 || found.size > 0 ? { recheckAfterMs: PERIOD_MS } : settled;
    },
  });
}

/** The nodes that pods name and that are known to be gone: missing for a while, and the server confirms it. */
async function goneNodes(
  pods: readonly Pod[],
  missing: Map<string, number>,
  { cache, client, clock, signal }: ReconcileContext,
): Promise<ReadonlySet<string>> {
  const named = new Set(pods.map(({ spec }) => spec.nodeName ?? "").filter((name) => name !== ""));
  for (const name of missing.keys()) if (!named.has(name) || cache.get(Node, name) !== undefined) missing.delete(name);
  const gone = new Set<string>();
  for (const name of named) {
    if (cache.get(Node, name) !== undefined) continue;
    const since = missing.get(name);
    if (since === undefined) missing.set(name, clock.now());
    else if (clock.now() - since >= QUARANTINE_MS) {
      await client.get(Node, { name }, { signal }).catch((error: unknown) => {
        if (!isStatus(error, "NotFound")) throw error;
        gone.add(name);
      });
    }
  }
  return gone;
}
