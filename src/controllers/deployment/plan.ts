import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from "../../api/generated/apps-v1.ts";
import type { PodTemplateSpec } from "../../api/generated/core-v1.ts";
import { templateHash } from "../../machinery/hash.ts";
import type { Draft, LabelSelector } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { controllerReference } from "../../reconciler/ownership.ts";
import { conditionOf, withCondition } from "../conditions.ts";
import { currentAnnotations, REVISION, revisionOf, sizeAnnotations } from "./annotations.ts";
import { currentSize, rollForward } from "./roll.ts";
import {
  active,
  allMembers,
  byCreation,
  byRevision,
  type Member,
  memberOf,
  newMember,
  resize,
  type Resize,
  type Rollout,
  totalSize,
} from "./rollout.ts";
import { isScalingEvent, scale } from "./scale.ts";
import { countedStatus, deadlineInMs, deploymentCondition, isComplete, rolloutStatus } from "./status.ts";
import { hasDeadline, historyLimit } from "./strategy.ts";

const HASH_LABEL = "pod-template-hash";
const LONGEST_NAME = 253;

export interface DeploymentPlan {
  /** The ReplicaSet of the present template, where there is none yet. */
  readonly create: Draft<ReplicaSet> | undefined;
  /** ReplicaSets as they are to be: sizes, annotations, time until a pod counts as available. */
  readonly update: readonly ReplicaSet[];
  /** In the order in which they were decided, for the events. */
  readonly resizes: readonly Resize[];
  readonly remove: readonly ReplicaSet[];
  /** The Deployment's own annotations, with the revision in them. */
  readonly annotations: Readonly<Record<string, string>> | undefined;
  readonly status: DeploymentStatus;
  /** When a rollout without progress will have failed. */
  readonly recheckAfterMs?: number;
}

/**
 * Compares a Deployment with the ReplicaSets that it owns, and takes the next step of its strategy.
 * @param hasPods whether any pod of a ReplicaSet is still there and has not ended.
 */
export function planDeployment(
  deployment: Deployment,
  sets: readonly ReplicaSet[],
  hasPods: (set: ReplicaSet) => boolean,
  nowMs: number,
): DeploymentPlan {
  const rollout = observe(deployment, sets);
  const revision = highest(rollout.old.map(({ set }) => revisionOf(set!) ?? 0n)) + 1n;
  let conditions = withFound(rollout, withPause(deployment, nowMs), nowMs);
  const isDeleted = deployment.metadata.deletionTimestamp !== undefined;
  const isPaused = deployment.spec.paused === true;
  let remove: readonly ReplicaSet[] = [];
  let rolls = false;
  if (isDeleted) {
    // What depends on it goes by itself; only its figures are kept up.
  } else if (isPaused || isScalingEvent(rollout)) {
    scale(rollout);
    if (isPaused) remove = beyondHistory(rollout);
  } else {
    rolls = true;
    advance(rollout, hasPods);
    if (isComplete(rollout, deployment.status)) remove = beyondHistory(rollout);
  }
  const created = rollout.current?.set === undefined ? rollout.current : undefined;
  if (created !== undefined && hasDeadline(deployment)) {
    const message = `Created new replica set "${created.name}"`;
    conditions = withProgress(conditions, "True", "NewReplicaSetCreated", message, nowMs);
  }
  const status = rolls ? rolloutStatus(rollout, conditions, nowMs) : countedStatus(rollout, conditions, nowMs);
  const recheckAfterMs = rolls ? deadlineInMs(rollout, status, nowMs) : undefined;
  return {
    create: created === undefined ? undefined : draftOf(deployment, created, revision),
    update: updates(rollout, revision),
    resizes: rollout.resizes,
    remove,
    annotations: ownAnnotations(rollout, revision),
    status,
    ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }),
  };
}

/** Whether two templates are the same but for the label that their ReplicaSet gave them. */
export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  return sameJson(withoutHash(a), withoutHash(b));
}

function observe(deployment: Deployment, sets: readonly ReplicaSet[]): Rollout {
  const members = sets.map(memberOf).sort(byCreation);
  const current = members.find(({ set }) => sameTemplate(set!.spec.template, deployment.spec.template));
  return {
    deployment,
    current,
    old: members.filter((member) => member !== current),
    resizes: [],
    refreshed: new Set(),
  };
}

/** One step of the strategy. */
function advance(rollout: Rollout, hasPods: (set: ReplicaSet) => boolean): void {
  const { deployment, old } = rollout;
  if (deployment.spec.strategy.type !== "Recreate") {
    rollForward(rollout, currentOrNew(rollout));
    return;
  }
  const olds = active(old);
  for (const member of olds) resize(rollout, member, 0);
  // The new pods come when the last old one is gone.
  if (olds.length > 0 || old.some(({ set, status }) => status.replicas > 0 || hasPods(set!))) return;
  resize(rollout, currentOrNew(rollout), deployment.spec.replicas);
}

function currentOrNew(rollout: Rollout): Member {
  const { deployment } = rollout;
  const size = currentSize(deployment, totalSize(allMembers(rollout)), 0);
  return (rollout.current ??= newMember(setName(deployment), size));
}

function setName(deployment: Deployment): string {
  const { spec, status, metadata } = deployment;
  const hash = templateHash(spec.template, status.collisionCount);
  return `${metadata.name.slice(0, LONGEST_NAME - hash.length - 1)}-${hash}`;
}

function draftOf(deployment: Deployment, { name, size }: Member, revision: bigint): Draft<ReplicaSet> {
  const { template, selector, minReadySeconds } = deployment.spec;
  const hash = name.slice(name.lastIndexOf("-") + 1);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const hashed: LabelSelector = { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } };
  return {
    metadata: {
      name,
      namespace: deployment.metadata.namespace,
      labels,
      annotations: { ...currentAnnotations(deployment, {}, revision), ...sizeAnnotations(deployment) },
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: size,
      ...(minReadySeconds === undefined ? {} : { minReadySeconds }),
      selector: hashed,
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}

/** The ReplicaSets of which anything but the status has to change. */
function updates(rollout: Rollout, revision: bigint): readonly ReplicaSet[] {
  const { deployment, current, refreshed } = rollout;
  return allMembers(rollout).flatMap((member) => {
    const { set, size } = member;
    if (set === undefined) return [];
    const resized = size !== set.spec.replicas || refreshed.has(member);
    const own = set.metadata.annotations ?? {};
    const annotations = {
      ...(member === current ? currentAnnotations(deployment, own, revision) : own),
      ...(resized ? sizeAnnotations(deployment) : {}),
    };
    const { minReadySeconds: _old, ...rest } = set.spec;
    const { minReadySeconds } = member === current ? deployment.spec : set.spec;
    const spec = { ...rest, replicas: size, ...(minReadySeconds ? { minReadySeconds } : {}) };
    if (sameJson(own, annotations) && sameJson(set.spec, spec)) return [];
    return [{ ...set, metadata: { ...set.metadata, annotations }, spec }];
  });
}

/** Old ReplicaSets without pods, as far as there are more old ones than are to be remembered; the oldest revisions first. */
function beyondHistory(rollout: Rollout): readonly ReplicaSet[] {
  const limit = historyLimit(rollout.deployment);
  if (limit === undefined) return [];
  const kept = rollout.old.filter(({ set }) => set!.metadata.deletionTimestamp === undefined);
  const candidates = kept.toSorted(byRevision).slice(0, Math.max(0, kept.length - limit));
  return candidates.flatMap(({ set, status, size }) => {
    const isSeen = (status.observedGeneration ?? 0) >= (set!.metadata.generation ?? 0);
    return status.replicas === 0 && size === 0 && isSeen ? [set!] : [];
  });
}

function ownAnnotations({ deployment, current }: Rollout, next: bigint): DeploymentPlan["annotations"] {
  const own = deployment.metadata.annotations;
  if (current === undefined) return own;
  const kept = current.set === undefined ? 0n : (revisionOf(current.set) ?? 0n);
  return { ...own, [REVISION]: String(highest([kept, next])) };
}

function highest(revisions: readonly bigint[]): bigint {
  return revisions.reduce((most, revision) => (revision > most ? revision : most), 0n);
}

/** A pause stops the clock of the deadline: it begins anew when the rollout is resumed. */
function withPause({ spec, status, ...rest }: Deployment, nowMs: number): readonly DeploymentCondition[] {
  const conditions = status.conditions ?? [];
  if (!hasDeadline({ spec, status, ...rest }) || rest.metadata.deletionTimestamp !== undefined) return conditions;
  const { reason } = conditionOf(conditions, "Progressing") ?? {};
  if (reason === "ProgressDeadlineExceeded") return conditions;
  if (spec.paused === true)
    return withProgress(conditions, "Unknown", "DeploymentPaused", "Deployment is paused", nowMs);
  if (reason !== "DeploymentPaused") return conditions;
  return withProgress(conditions, "Unknown", "DeploymentResumed", "Deployment is resumed", nowMs);
}

function withFound(
  { deployment, current }: Rollout,
  conditions: readonly DeploymentCondition[],
  nowMs: number,
): readonly DeploymentCondition[] {
  if (current === undefined || !hasDeadline(deployment) || conditionOf(conditions, "Progressing") !== undefined) {
    return conditions;
  }
  return withProgress(conditions, "True", "FoundNewReplicaSet", `Found new replica set "${current.name}"`, nowMs);
}

function withProgress(
  conditions: readonly DeploymentCondition[],
  status: string,
  reason: string,
  message: string,
  nowMs: number,
): readonly DeploymentCondition[] {
  return withCondition(conditions, deploymentCondition("Progressing", status, reason, message, nowMs));
}

function withoutHash({ metadata, spec }: PodTemplateSpec): unknown {
  const { [HASH_LABEL]: _hash, ...labels } = metadata?.labels ?? {};
  return { metadata: { ...metadata, labels }, spec };
}
