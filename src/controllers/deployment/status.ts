import type { DeploymentCondition, DeploymentStatus } from "../../api/generated/apps-v1.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { conditionOf, withCondition, withoutCondition } from "../conditions.ts";
import { allMembers, type Member, type Rollout, totalAvailable, totalSize } from "./rollout.ts";
import { hasDeadline, maxUnavailable } from "./strategy.ts";

type Conditions = readonly DeploymentCondition[];

/** What a Deployment's ReplicaSets add up to, with the condition Available. */
export function countedStatus(rollout: Rollout, conditions: Conditions, nowMs: number): DeploymentStatus {
  const { deployment, current } = rollout;
  const all = allMembers(rollout);
  const availableReplicas = totalAvailable(all);
  const enough = availableReplicas >= deployment.spec.replicas - maxUnavailable(deployment);
  const availability = enough
    ? deploymentCondition(
        "Available",
        "True",
        "MinimumReplicasAvailable",
        "Deployment has minimum availability.",
        nowMs,
      )
    : deploymentCondition(
        "Available",
        "False",
        "MinimumReplicasUnavailable",
        "Deployment does not have minimum availability.",
        nowMs,
      );
  const { collisionCount } = deployment.status;
  return {
    ...figures({
      observedGeneration: deployment.metadata.generation ?? 0,
      replicas: sum(all, ({ status }) => status.replicas),
      updatedReplicas: current?.status.replicas ?? 0,
      readyReplicas: sum(all, ({ status }) => status.readyReplicas ?? 0),
      availableReplicas,
      unavailableReplicas: Math.max(0, totalSize(all) - availableReplicas),
    }),
    ...terminating(all),
    conditions: withCondition(conditions, availability),
    ...(collisionCount === undefined ? {} : { collisionCount }),
  };
}

/** The same during a rollout, which must get on: with the conditions Progressing and ReplicaFailure. */
export function rolloutStatus(rollout: Rollout, before: Conditions, nowMs: number): DeploymentStatus {
  const { deployment } = rollout;
  const status = countedStatus(rollout, before, nowMs);
  let conditions = status.conditions!;
  if (hasDeadline(deployment)) conditions = progress(rollout, status, conditionOf(before, "Progressing"), nowMs);
  else conditions = withoutCondition(conditions, "Progressing");
  const failure = replicaFailure(rollout);
  conditions =
    failure === undefined ? withoutCondition(conditions, "ReplicaFailure") : withCondition(conditions, failure);
  return { ...status, conditions };
}

export function isComplete({ deployment }: Rollout, status: DeploymentStatus): boolean {
  const { replicas } = deployment.spec;
  return (
    (status.updatedReplicas ?? 0) === replicas &&
    (status.replicas ?? 0) === replicas &&
    (status.availableReplicas ?? 0) === replicas &&
    (status.observedGeneration ?? 0) >= (deployment.metadata.generation ?? 0)
  );
}

/** When the rollout will have failed if nothing happens, in milliseconds from now. */
export function deadlineInMs(rollout: Rollout, status: DeploymentStatus, nowMs: number): number | undefined {
  const condition = conditionOf(status.conditions, "Progressing");
  if (!hasDeadline(rollout.deployment) || condition === undefined) return undefined;
  if (isComplete(rollout, status) || condition.reason === "ProgressDeadlineExceeded") return undefined;
  // Times are kept in whole seconds: one more makes sure that the deadline has passed.
  return Math.max(0, deadlineMs(rollout, condition) - nowMs) + 1000;
}

export function deploymentCondition(
  type: string,
  status: string,
  reason: string,
  message: string,
  nowMs: number,
): DeploymentCondition {
  const now = formatTime(nowMs);
  return { type, status, lastUpdateTime: now, lastTransitionTime: now, reason, message };
}

function progress(
  rollout: Rollout,
  status: DeploymentStatus,
  before: DeploymentCondition | undefined,
  nowMs: number,
): Conditions {
  const conditions = status.conditions!;
  const allUpdated = (status.replicas ?? 0) === (status.updatedReplicas ?? 0);
  if (allUpdated && before?.reason === "NewReplicaSetAvailable") return conditions;
  const { deployment, current } = rollout;
  const subject = current === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${current.name}"`;
  const condition = (state: string, reason: string, what: string) =>
    deploymentCondition("Progressing", state, reason, `${subject} ${what}.`, nowMs);
  if (isComplete(rollout, status)) {
    return withCondition(conditions, condition("True", "NewReplicaSetAvailable", "has successfully progressed"));
  }
  if (hasMoved(deployment.status, status)) {
    // Every sign of progress starts the deadline anew, even where status and reason stay.
    const next = condition("True", "ReplicaSetUpdated", "is progressing");
    const since = before?.status === "True" ? { lastTransitionTime: before.lastTransitionTime } : {};
    return [...withoutCondition(conditions, "Progressing"), { ...next, ...since }];
  }
  if (hasTimedOut(rollout, conditionOf(conditions, "Progressing"), nowMs)) {
    return withCondition(conditions, condition("False", "ProgressDeadlineExceeded", "has timed out progressing"));
  }
  return conditions;
}

function hasMoved(before: DeploymentStatus, now: DeploymentStatus): boolean {
  const updated = (status: DeploymentStatus) => status.updatedReplicas ?? 0;
  const old = (status: DeploymentStatus) => (status.replicas ?? 0) - updated(status);
  return (
    updated(now) > updated(before) ||
    old(now) < old(before) ||
    (now.readyReplicas ?? 0) > (before.readyReplicas ?? 0) ||
    (now.availableReplicas ?? 0) > (before.availableReplicas ?? 0)
  );
}

function hasTimedOut(rollout: Rollout, condition: DeploymentCondition | undefined, nowMs: number): boolean {
  if (condition === undefined || condition.reason === "NewReplicaSetAvailable") return false;
  return condition.reason === "ProgressDeadlineExceeded" || deadlineMs(rollout, condition) < nowMs;
}

function deadlineMs({ deployment }: Rollout, { lastUpdateTime }: DeploymentCondition): number {
  return (lastUpdateTime === null ? 0 : parseTime(lastUpdateTime)) + deployment.spec.progressDeadlineSeconds * 1000;
}

/** The first failure of a ReplicaSet; that of the current one comes before those of the old. */
function replicaFailure(rollout: Rollout): DeploymentCondition | undefined {
  const { current, old } = rollout;
  for (const { status } of current === undefined ? old : [current, ...old]) {
    const found = conditionOf(status.conditions, "ReplicaFailure");
    if (found !== undefined) return { ...found, lastUpdateTime: found.lastTransitionTime };
  }
  return undefined;
}

/** Not known as long as one of the ReplicaSets, once looked at, does not say. */
function terminating(members: readonly Member[]): { readonly terminatingReplicas?: number } {
  const told = members.filter(({ status }) => (status.observedGeneration ?? 0) !== 0 || known(status));
  if (!told.every(({ status }) => known(status))) return {};
  return { terminatingReplicas: sum(told, ({ status }) => status.terminatingReplicas ?? 0) };
}

function known({ terminatingReplicas }: Member["status"]): boolean {
  return terminatingReplicas !== undefined;
}

function sum(members: readonly Member[], count: (member: Member) => number): number {
  return members.reduce((total, member) => total + count(member), 0);
}

/** Kubernetes leaves out figures that are zero. */
function figures<F extends Readonly<Record<string, number>>>(values: F): Partial<F> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0)) as Partial<F>;
}
