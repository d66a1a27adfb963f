import type { Node, NodeCondition } from "../../api/generated/core-v1.ts";
import { formatTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";

/** For how long a node may give no sign of life. */
export const GRACE_MS = 50_000;

/** The last sign of life, and when it was seen by this process's clock: nodes may have others. */
export interface SignOfLife {
  readonly heartbeat: string | undefined;
  readonly renewTime: string | undefined;
  readonly seenMs: number;
}

/** Whether the node has given a new sign of life since the last: a heartbeat in its status, or a renewed lease. */
export function signOfLife(
  node: Node,
  renewTime: string | undefined,
  last: SignOfLife | undefined,
  nowMs: number,
): SignOfLife {
  const heartbeat = conditionOf(node.status.conditions, "Ready")?.lastHeartbeatTime ?? undefined;
  const isNew =
    last === undefined ||
    heartbeat !== last.heartbeat ||
    (renewTime !== undefined && (last.renewTime === undefined || renewTime > last.renewTime));
  return { heartbeat, renewTime, seenMs: isNew ? nowMs : last.seenMs };
}

/** What is kept of a node's conditions by its kubelet, and not known when that is silent. */
const KUBELETS = ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"];

/** The conditions of a node from which nothing has been heard for too long. */
export function unknownConditions({ metadata, status }: Node, nowMs: number): readonly NodeCondition[] {
  const now = formatTime(nowMs);
  const conditions = [...(status.conditions ?? [])];
  for (const type of KUBELETS) {
    const index = conditions.findIndex((condition) => condition.type === type);
    const present = conditions[index];
    if (present === undefined) {
      conditions.push({
        type,
        status: "Unknown",
        lastHeartbeatTime: metadata.creationTimestamp,
        lastTransitionTime: now,
        reason: "NodeStatusNeverUpdated",
        message: "Kubelet never posted node status.",
      });
    } else if (present.status !== "Unknown") {
      const message = "Kubelet stopped posting node status.";
      conditions[index] = {
        ...present,
        status: "Unknown",
        reason: "NodeStatusUnknown",
        message,
        lastTransitionTime: now,
      };
    }
  }
  return conditions;
}
