import type { Deployment } from "../../api/generated/apps-v1.ts";
import { shareOf } from "../share.ts";

/** Go's largest int32, which stands for "never". */
const NEVER = 0x7fffffff;

export function isRolling({ spec }: Deployment): boolean {
  return spec.strategy.type === "RollingUpdate";
}

/** How many pods there may be beyond what is wanted. Percentages are rounded up. */
export function maxSurge(deployment: Deployment): number {
  if (!isRolling(deployment)) return 0;
  return shareOf(deployment.spec.strategy.rollingUpdate?.maxSurge, deployment.spec.replicas, "up");
}

/** How many pods may be missing. Percentages are rounded down; one where both bounds come to nothing, or nothing would move. */
export function maxUnavailable(deployment: Deployment): number {
  const { replicas, strategy } = deployment.spec;
  if (!isRolling(deployment) || replicas === 0) return 0;
  const unavailable = shareOf(strategy.rollingUpdate?.maxUnavailable, replicas, "down");
  if (unavailable === 0 && maxSurge(deployment) === 0) return 1;
  return Math.min(unavailable, replicas);
}

export function hasDeadline({ spec }: Deployment): boolean {
  return spec.progressDeadlineSeconds !== undefined && spec.progressDeadlineSeconds !== NEVER;
}

/** How many old ReplicaSets are kept; undefined keeps all. */
export function historyLimit({ spec }: Deployment): number | undefined {
  return spec.revisionHistoryLimit === NEVER ? undefined : spec.revisionHistoryLimit;
}
