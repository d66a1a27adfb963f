import { Pod } from "../../api/core/v1/pod.ts";
import type { PodCondition } from "../../api/generated/core-v1.ts";
import { mergePatch } from "../../client/client.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import type { ReconcileContext } from "../../reconciler/controller.ts";
import { conditionOf } from "../conditions.ts";
import { isEnded } from "./condition.ts";

/** Why a pod is taken away that did nothing to deserve it. */
export interface Disruption {
  readonly reason: string;
  readonly message: string;
}

/** Says in a pod's status that it is being taken away, so that its owner does not hold it against it, and deletes it. */
export async function disrupt(
  pod: Pod,
  disruption: Disruption | undefined,
  { client, clock, signal }: ReconcileContext,
  how: { readonly force: boolean },
): Promise<void> {
  const fails = how.force && !isEnded(pod);
  try {
    const conditions = disruption === undefined ? undefined : withTarget(pod, disruption, clock.now());
    if (fails || (conditions !== undefined && !how.force)) {
      const status = {
        ...(fails ? { phase: "Failed" } : {}),
        ...(conditions === undefined ? {} : { conditions }),
      };
      const patch = mergePatch({ metadata: { uid: pod.metadata.uid }, status });
      await client.patch(Pod, pod.metadata, patch, { signal, subresource: "status" });
    }
    const grace = how.force ? { gracePeriodSeconds: 0 } : {};
    await client.delete(Pod, pod.metadata, { uid: pod.metadata.uid, signal, ...grace });
  } catch (error) {
    if (!isStatus(error, "NotFound")) throw error;
  }
}

function withTarget(
  { metadata, status }: Pod,
  { reason, message }: Disruption,
  nowMs: number,
): readonly PodCondition[] {
  const type = "DisruptionTarget";
  const { conditions = [] } = status;
  const present = conditionOf(conditions, type);
  const time = formatTime(nowMs);
  const next: PodCondition = {
    type,
    ...(metadata.generation === undefined ? {} : { observedGeneration: metadata.generation }),
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: present?.status === "True" ? present.lastTransitionTime : time,
    reason,
    message,
  };
  return present === undefined ? [...conditions, next] : conditions.map((old) => (old === present ? next : old));
}
