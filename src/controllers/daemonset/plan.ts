import type { DaemonSet, DaemonSetStatus } from "../../api/generated/apps-v1.ts";
import type { Node, Pod } from "../../api/generated/core-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { isAvailable, isEnded, isReady, readySinceMs } from "../pods/condition.ts";
import { shareOf } from "../share.ts";
import { HASH_LABEL, isUpdated, type Placement, placementOn, targetNode } from "./placement.ts";

export interface DaemonPlan {
  /** The nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Pods among those removed that ended by themselves: they are told of. */
  readonly ended: readonly Pod[];
  /** When a failed pod may be tried again. */
  readonly recheckAfterMs?: number;
}

/** One look at a set: its nodes, and its pods by the node that they are for. */
export interface DaemonView {
  readonly set: DaemonSet;
  readonly hash: string;
  readonly nodes: readonly Node[];
  readonly placements: ReadonlyMap<string, Placement>;
  readonly pods: ReadonlyMap<string, readonly Pod[]>;
  readonly nowMs: number;
}

export function viewOf(
  set: DaemonSet,
  hash: string,
  nodes: readonly Node[],
  owned: readonly Pod[],
  nowMs: number,
): DaemonView {
  const placements = new Map(nodes.map((node) => [node.metadata.name, placementOn(node, set)]));
  const counted = owned.filter((pod) => !(isEnded(pod) && pod.metadata.deletionTimestamp !== undefined));
  const pods = Map.groupBy(counted.toSorted(scheduledThenOldest), (pod) => targetNode(pod) ?? "");
  return { set, hash, nodes, placements, pods, nowMs };
}

/**
 * Puts a pod on every node that should have one and takes away all others; only when that is done takes the next step
 * of an update.
 * @param retryInMs when a failed pod of a node may be replaced; 0 at once.
 */
export function planDaemons(view: DaemonView, retryInMs: (node: string) => number): DaemonPlan {
  const create: string[] = [];
  const remove: Pod[] = [];
  const ended: Pod[] = [];
  let recheckAfterMs: number | undefined;
  for (const [node, placement] of view.placements) {
    const here = view.pods.get(node) ?? [];
    const alive = here.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    if (placement.runs && here.length === 0) create.push(node);
    else if (placement.stays) {
      const running: Pod[] = [];
      for (const pod of alive) {
        const waitMs = pod.status.phase === "Failed" ? retryInMs(node) : 0;
        if (waitMs > 0) recheckAfterMs = Math.min(waitMs, recheckAfterMs ?? waitMs);
        else if (isEnded(pod)) ended.push(pod);
        else running.push(pod);
      }
      if (!surges(view.set)) remove.push(...running.slice(1));
      else if (running.length > 1) remove.push(...surplus(view, running));
      else if (running.length === 0 && placement.runs) create.push(node);
    } else remove.push(...alive);
  }
  // A pod for a node that is gone is never scheduled, and nobody else takes it away.
  for (const [node, pods] of view.pods) {
    if (!view.placements.has(node)) remove.push(...pods.filter(({ spec }) => (spec.nodeName ?? "") === ""));
  }
  const next = recheckAfterMs === undefined ? {} : { recheckAfterMs };
  if (create.length + remove.length + ended.length > 0)
    return { create, remove: [...remove, ...ended], ended, ...next };
  return view.set.spec.updateStrategy.type === "RollingUpdate"
    ? { ...planUpdate(view), ended, ...next }
    : { create, remove, ended, ...next };
}

export function daemonStatus(view: DaemonView): DaemonSetStatus {
  const { set, hash, placements, pods, nowMs } = view;
  const { minReadySeconds = 0 } = set.spec;
  const [wanted, unwanted] = [true, false].map((runs) => [...placements].filter(([, place]) => place.runs === runs));
  const oldest = wanted!.flatMap(([node]) => pods.get(node)?.[0] ?? []);
  const available = oldest.filter((pod) => isAvailable(pod, minReadySeconds, nowMs)).length;
  const updated = oldest.filter((pod) => isUpdated(pod, set, hash)).length;
  const { collisionCount, conditions } = set.status;
  return {
    currentNumberScheduled: oldest.length,
    numberMisscheduled: unwanted!.filter(([node]) => pods.has(node)).length,
    desiredNumberScheduled: wanted!.length,
    numberReady: oldest.filter(isReady).length,
    observedGeneration: set.metadata.generation ?? 0,
    ...(updated === 0 ? {} : { updatedNumberScheduled: updated }),
    ...(available === 0 ? {} : { numberAvailable: available }),
    ...(wanted!.length === available ? {} : { numberUnavailable: wanted!.length - available }),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    ...(conditions === undefined ? {} : { conditions }),
  };
}

/** When the next pod becomes available by time alone. */
export function nextAvailableMs({ set, pods, nowMs }: DaemonView): number | undefined {
  const { minReadySeconds = 0 } = set.spec;
  if (minReadySeconds === 0) return undefined;
  const waits = [...pods.values()]
    .flat()
    .filter((pod) => isReady(pod) && !isAvailable(pod, minReadySeconds, nowMs))
    .map((pod) => readySinceMs(pod)! + minReadySeconds * 1000 - nowMs);
  return waits.length === 0 ? undefined : Math.max(0, Math.min(...waits));
}

type UpdatePlan = Pick<DaemonPlan, "create" | "remove">;

function planUpdate(view: DaemonView): UpdatePlan {
  const { set, placements } = view;
  const desired = [...placements.values()].filter(({ runs }) => runs).length;
  const rolling = set.spec.updateStrategy.rollingUpdate;
  const surge = shareOf(rolling?.maxSurge, desired, "up");
  if (surge > 0) return surgeUpdate(view, surge, desired);
  return replacingUpdate(view, Math.max(shareOf(rolling?.maxUnavailable, desired, "up"), desired > 0 ? 1 : 0));
}

/** Deletes as many old pods as may be missing; those that are not available anyway cost nothing. */
function replacingUpdate(view: DaemonView, maxUnavailable: number): UpdatePlan {
  const free: Pod[] = [];
  const candidates: Pod[] = [];
  let unavailable = 0;
  for (const node of nodesOf(view)) {
    const { pods, oldPod, newPod } = generationsOn(view, node);
    if (pods > 1 || (oldPod === undefined && newPod === undefined)) unavailable += 1;
    else if (newPod !== undefined) unavailable += isUp(view, newPod) ? 0 : 1;
    else if (isUp(view, oldPod!)) candidates.push(oldPod!);
    else {
      free.push(oldPod!);
      unavailable += 1;
    }
  }
  return { create: [], remove: [...free, ...candidates.slice(0, Math.max(0, maxUnavailable - unavailable))] };
}

/** Starts new pods beside the old ones, and deletes an old one when its successor is available. */
function surgeUpdate(view: DaemonView, maxSurge: number, desired: number): UpdatePlan {
  const remove: Pod[] = [];
  const misplaced: Pod[] = [];
  const needed: string[] = [];
  const candidates: string[] = [];
  let surging = 0;
  let available = 0;
  for (const node of nodesOf(view)) {
    const { pods, oldPod, newPod } = generationsOn(view, node);
    if (pods > 2 || (pods === 2 && (oldPod === undefined || newPod === undefined))) {
      surging += 1;
      continue;
    }
    const first = oldPod ?? newPod;
    if (first !== undefined && isUp(view, first)) available += 1;
    if (oldPod === undefined) continue;
    const runs = view.placements.get(node)?.runs === true;
    if (newPod !== undefined) {
      if (isUp(view, newPod)) remove.push(oldPod);
      else surging += 1;
    } else if (!runs) (isUp(view, oldPod) ? misplaced : remove).push(oldPod);
    else (isUp(view, oldPod) ? candidates : needed).push(node);
  }
  // A set that surges is never without pods: what is misplaced stays until enough others are available.
  remove.push(...misplaced.slice(0, Math.max(0, available - desired)));
  return { create: [...needed, ...candidates.slice(0, Math.max(0, maxSurge - surging))], remove };
}

/** Of more than one pod on a node while surging: the oldest new one stays, and the oldest old one until that is there. */
function surplus(view: DaemonView, running: readonly Pod[]): readonly Pod[] {
  const isNew = ({ metadata }: Pod) => metadata.labels?.[HASH_LABEL] === view.hash;
  const newest = running.find(isNew);
  const older = running.find((pod) => !isNew(pod));
  const remove = running.filter((pod) => pod !== newest && pod !== older);
  const isReplaced = newest !== undefined && older !== undefined && (!isReady(older) || isUp(view, newest));
  return isReplaced ? [...remove, older] : remove;
}

function surges({ spec }: DaemonSet): boolean {
  const { type, rollingUpdate } = spec.updateStrategy;
  return type === "RollingUpdate" && shareOf(rollingUpdate?.maxSurge, 1, "up") > 0;
}

function nodesOf({ placements, pods }: DaemonView): readonly string[] {
  const wanted = [...placements].filter(([, { runs }]) => runs).map(([node]) => node);
  return [...new Set([...pods.keys(), ...wanted])];
}

function generationsOn({ pods, set, hash }: DaemonView, node: string) {
  const alive = (pods.get(node) ?? []).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const newPod = alive.find((pod) => isUpdated(pod, set, hash));
  const oldPod = alive.find((pod) => !isUpdated(pod, set, hash));
  return { pods: alive.length, oldPod, newPod };
}

function isUp({ set, nowMs }: DaemonView, pod: Pod): boolean {
  return isAvailable(pod, set.spec.minReadySeconds ?? 0, nowMs);
}

function scheduledThenOldest(a: Pod, b: Pod): number {
  const unscheduled = ({ spec }: Pod) => ((spec.nodeName ?? "") === "" ? 1 : 0);
  return (
    unscheduled(a) - unscheduled(b) ||
    byteOrder(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
    byteOrder(a.metadata.name, b.metadata.name)
  );
}
