import type { Node, Taint } from "../../api/generated/core-v1.ts";
import { formatTime } from "../../machinery/time.ts";
import { conditionOf } from "../conditions.ts";

export const NOT_READY = "node.kubernetes.io/not-ready";
const UNREACHABLE = "node.kubernetes.io/unreachable";
const UNSCHEDULABLE = "node.kubernetes.io/unschedulable";

/** Which taint stands for which status of a condition. */
const CONDITION_TAINTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: "node.kubernetes.io/memory-pressure" },
  DiskPressure: { True: "node.kubernetes.io/disk-pressure" },
  NetworkUnavailable: { True: "node.kubernetes.io/network-unavailable" },
  PIDPressure: { True: "node.kubernetes.io/pid-pressure" },
};
const OURS: ReadonlySet<string> = new Set([
  UNSCHEDULABLE,
  ...Object.values(CONDITION_TAINTS).flatMap((taints) => Object.values(taints)),
]);

/** What becomes of the taint that drives pods off a node that is not ready. */
export type Eviction = "add" | "keep" | "remove";

/** The taints that a node should have, by its conditions; those of others stay. The same list where nothing changes. */
export function wantedTaints(node: Node, eviction: Eviction, nowMs: number): readonly Taint[] {
  const present = node.spec.taints ?? [];
  const keys = new Set<string>();
  for (const { type, status } of node.status.conditions ?? []) {
    const key = CONDITION_TAINTS[type]?.[status];
    if (key !== undefined) keys.add(key);
  }
  if (node.spec.unschedulable === true) keys.add(UNSCHEDULABLE);
  const evictionKey = evictionTaint(node, eviction);
  const kept = present.filter(({ key, effect }) => {
    if (effect === "NoSchedule" && OURS.has(key)) return keys.delete(key);
    if (effect === "NoExecute" && (key === NOT_READY || key === UNREACHABLE)) return key === evictionKey;
    return true;
  });
  const timeAdded = formatTime(nowMs);
  const added: Taint[] = [...keys].map((key) => ({ key, effect: "NoSchedule", timeAdded }));
  const has = kept.some(({ key, effect }) => key === evictionKey && effect === "NoExecute");
  if (evictionKey !== undefined && !has) added.push({ key: evictionKey, effect: "NoExecute", timeAdded });
  return kept.length === present.length && added.length === 0 ? present : [...kept, ...added];
}

export function isEvicting({ spec }: Node): boolean {
  return (
    spec.taints?.some(({ key, effect }) => effect === "NoExecute" && (key === NOT_READY || key === UNREACHABLE)) ===
    true
  );
}

/** Which of the two is wanted: a node is either not ready or unreachable. One that is there changes with the condition. */
function evictionTaint(node: Node, eviction: Eviction): string | undefined {
  if (eviction === "remove" || (eviction === "keep" && !isEvicting(node))) return undefined;
  const status = conditionOf(node.status.conditions, "Ready")?.status;
  return status === "False" ? NOT_READY : status === "Unknown" ? UNREACHABLE : undefined;
}
