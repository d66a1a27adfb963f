import type { Deployment } from "../../api/generated/apps-v1.ts";
import {
  active,
  allMembers,
  available,
  type Member,
  resize,
  type Rollout,
  totalAvailable,
  totalSize,
} from "./rollout.ts";
import { isRolling, maxSurge, maxUnavailable } from "./strategy.ts";

/** The next step of a rolling update: up as far as the surge allows, or else down as far as availability does. */
export function rollForward(rollout: Rollout, current: Member): void {
  if (growCurrent(rollout, current)) return;
  const { deployment, old } = rollout;
  const olds = active(old);
  if (olds.length === 0) return;
  const all = [...old, current];
  const minAvailable = deployment.spec.replicas - maxUnavailable(deployment);
  const missing = current.size - available(current);
  const spare = totalSize(all) - minAvailable - missing;
  if (spare <= 0) return;
  dropUnhealthy(rollout, olds, spare);
  dropHealthy(rollout, olds, totalAvailable([...olds, current]) - minAvailable);
}

/** How large the current ReplicaSet may become now. */
export function currentSize(deployment: Deployment, total: number, size: number): number {
  const { replicas } = deployment.spec;
  if (!isRolling(deployment)) return replicas;
  const room = replicas + maxSurge(deployment) - total;
  return room <= 0 ? size : size + Math.min(room, replicas - size);
}

function growCurrent(rollout: Rollout, current: Member): boolean {
  const { deployment } = rollout;
  const { replicas } = deployment.spec;
  if (current.size >= replicas) return resize(rollout, current, replicas);
  return resize(rollout, current, currentSize(deployment, totalSize(allMembers(rollout)), current.size));
}

/** Pods that are not available are no loss, and would hold up the rollout. */
function dropUnhealthy(rollout: Rollout, olds: readonly Member[], most: number): void {
  let left = most;
  for (const member of olds) {
    const unhealthy = member.size - available(member);
    if (left <= 0 || member.size === 0 || unhealthy <= 0) continue;
    const count = Math.min(left, unhealthy);
    resize(rollout, member, member.size - count);
    left -= count;
  }
}

function dropHealthy(rollout: Rollout, olds: readonly Member[], most: number): void {
  let left = most;
  for (const member of olds) {
    if (left <= 0) return;
    const count = Math.min(member.size, left);
    resize(rollout, member, member.size - count);
    left -= count;
  }
}
