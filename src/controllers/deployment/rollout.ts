import type { Deployment, ReplicaSet, ReplicaSetStatus } from "../../api/generated/apps-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { revisionOf } from "./annotations.ts";

/** A ReplicaSet in planning. Its size is what it is going to have. */
export interface Member {
  readonly name: string;
  /** Absent while it is still to be created. */
  readonly set: ReplicaSet | undefined;
  readonly status: ReplicaSetStatus;
  size: number;
}

export interface Resize {
  readonly member: Member;
  readonly from: number;
  readonly to: number;
}

/** One look at a Deployment and its ReplicaSets, with the sizes decided so far. */
export interface Rollout {
  readonly deployment: Deployment;
  /** The one that has the present template. */
  current: Member | undefined;
  /** All others, oldest first. */
  readonly old: readonly Member[];
  readonly resizes: Resize[];
  /** Those whose figures are written even if their size stays. */
  readonly refreshed: Set<Member>;
}

const UNBORN: ReplicaSetStatus = { replicas: 0 };

export function memberOf(set: ReplicaSet): Member {
  return { name: set.metadata.name, set, status: set.status, size: set.spec.replicas };
}

export function newMember(name: string, size: number): Member {
  return { name, set: undefined, status: UNBORN, size };
}

export function allMembers({ old, current }: Rollout): readonly Member[] {
  return current === undefined ? old : [...old, current];
}

/** Those that want pods. */
export function active(members: readonly Member[]): readonly Member[] {
  return members.filter(({ size }) => size > 0);
}

export function totalSize(members: readonly Member[]): number {
  return members.reduce((sum, { size }) => sum + size, 0);
}

export function available({ status }: Member): number {
  return status.availableReplicas ?? 0;
}

export function totalAvailable(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + available(member), 0);
}

/** @returns whether it has another size now. */
export function resize(rollout: Rollout, member: Member, to: number): boolean {
  if (member.size === to) return false;
  rollout.resizes.push({ member, from: member.size, to });
  member.size = to;
  return true;
}

export function byCreation(a: Member, b: Member): number {
  const born = byteOrder(a.set?.metadata.creationTimestamp ?? "9", b.set?.metadata.creationTimestamp ?? "9");
  return born || byteOrder(a.name, b.name);
}

export function byRevision(a: Member, b: Member): number {
  const [left, right] = [a, b].map(({ set }) => (set === undefined ? 0n : revisionOf(set)));
  if (left === undefined || right === undefined || left === right) return byCreation(a, b);
  return left < right ? -1 : 1;
}
