import { desiredReplicas, maxReplicas } from "./annotations.ts";
import { active, allMembers, available, byCreation, type Member, resize, type Rollout, totalSize } from "./rollout.ts";
import { isRolling, maxSurge } from "./strategy.ts";

/** Whether `spec.replicas` changed since the sizes of the ReplicaSets were decided. */
export function isScalingEvent(rollout: Rollout): boolean {
  return active(allMembers(rollout)).some(({ set }) => {
    const desired = set === undefined ? undefined : desiredReplicas(set);
    return desired !== undefined && desired !== rollout.deployment.spec.replicas;
  });
}

/**
 * Gives every ReplicaSet its part of a new size, in proportion to what it has: a rollout that is under way is neither
 * hastened nor thrown back by being scaled.
 */
export function scale(rollout: Rollout): void {
  const { deployment, current, old } = rollout;
  const { replicas } = deployment.spec;
  const only = activeOrLatest(rollout);
  if (only !== undefined) {
    resize(rollout, only, replicas);
    return;
  }
  if (current !== undefined && isSaturated(rollout, current)) {
    for (const member of active(old)) resize(rollout, member, 0);
    return;
  }
  if (isRolling(deployment)) scaleInProportion(rollout);
}

function scaleInProportion(rollout: Rollout): void {
  const { deployment } = rollout;
  const { replicas } = deployment.spec;
  const members = active(allMembers(rollout));
  const allowed = replicas > 0 ? replicas + maxSurge(deployment) : 0;
  const toAdd = allowed - totalSize(members);
  // Growth goes to the newer of two equally large ones first, shrinking to the older.
  const sorted = members.toSorted((a, b) => b.size - a.size || (toAdd > 0 ? byCreation(b, a) : byCreation(a, b)));
  const sizes = new Map<Member, number>();
  let added = 0;
  for (const member of sorted) {
    const part = toAdd === 0 ? 0 : proportion(rollout, member, toAdd, added);
    sizes.set(member, member.size + part);
    added += part;
  }
  const [largest] = sorted;
  if (largest !== undefined && toAdd !== 0) {
    sizes.set(largest, Math.max(0, sizes.get(largest)! + toAdd - added));
  }
  for (const [member, size] of sizes) {
    resize(rollout, member, size);
    rollout.refreshed.add(member);
  }
}

function proportion(rollout: Rollout, member: Member, toAdd: number, added: number): number {
  if (toAdd === added) return 0;
  const wished = fraction(rollout, member);
  return toAdd > 0 ? Math.min(wished, toAdd - added) : Math.max(wished, toAdd - added);
}

/** By how much a ReplicaSet changes if it keeps its share of the whole. */
function fraction({ deployment }: Rollout, { set, size }: Member): number {
  const { replicas } = deployment.spec;
  if (replicas === 0) return -size;
  const before = (set === undefined ? undefined : maxReplicas(set)) || deployment.status.replicas || 0;
  if (before === 0) return 0;
  return Math.round((size * (replicas + maxSurge(deployment))) / before) - size;
}

/** The only active ReplicaSet, or the newest where none is active; undefined where several are. */
function activeOrLatest({ current, old }: Rollout): Member | undefined {
  const all = active(current === undefined ? old : [...old, current]);
  if (all.length > 1) return undefined;
  return all[0] ?? current ?? old.at(-1);
}

function isSaturated({ deployment }: Rollout, current: Member): boolean {
  const { replicas } = deployment.spec;
  const desired = current.set === undefined ? undefined : desiredReplicas(current.set);
  return current.size === replicas && desired === replicas && available(current) === replicas;
}
