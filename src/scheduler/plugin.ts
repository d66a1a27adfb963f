import type { Node, Pod } from "../api/generated/core-v1.ts";
import type { NodeInfo } from "./node-info.ts";
import type { Selector } from "../machinery/labels.ts";
import type { NamespaceLabels, PodInfo } from "./pod-info.ts";
import type { VolumeView } from "./volumes/view.ts";

/**
 * One rule of scheduling. For each pod it is asked once (`forPod`) and then gives what it has to say about nodes; a
 * plugin that a pod does not concern gives nothing. All of it is synchronous: a decision is made on one state.
 */
export interface Plugin {
  /** Kubernetes' name. */
  readonly name: string;
  /** How much its scores count. */
  readonly weight?: number;
  /** What may make a pod that it refused fit: the scheduler looks again when one of these happens. */
  readonly wakesOn: readonly ClusterChange[];
  /** The same of what concerns this one pod. */
  readonly wakesOnOwn?: (pod: PodInfo) => readonly ClusterChange[];
  forPod(pod: PodInfo, view: View): PodRules | undefined;
}

export interface PodRules {
  /**
   * Present where filter and score depend on the one node and on this text alone: of equal texts, what is said of a node holds
   * until that node changes. Such plugins come before those that look further, for the first refusal is the one that is told.
   */
  readonly sort?: string;
  /** Refuses the pod on every node, whatever the node. */
  readonly refused?: string;
  /** Why the pod cannot go there; undefined when it can. */
  readonly filter?: (node: NodeInfo) => Refusal | undefined;
  /** The more the better, on a scale of its own. */
  readonly score?: (node: NodeInfo) => number;
  /** Brings the raw scores of all candidates to 0…100; the default takes them as they are. */
  readonly normalize?: (scores: readonly number[]) => readonly number[];
}

export interface Refusal {
  readonly reasons: readonly string[];
  /** Whether removing pods from the node could help. */
  readonly preemptible: boolean;
}

/** How many pods of a group each node has; nodes without any may be missing. */
export type NodeCounts = ReadonlyMap<NodeInfo, number>;

/** The state that a decision is made on. */
export interface View {
  readonly nodes: readonly NodeInfo[];
  /** For each of `nodes` a number that grows with each change of it or of what runs on it. Other labels or images make new `nodes`. */
  readonly versions: Uint32Array;
  /** The nodes with pods that have affinity of any sort but required anti-affinity, and with that. */
  readonly affinityNodes: ReadonlySet<NodeInfo>;
  readonly antiAffinityNodes: ReadonlySet<NodeInfo>;
  /** Counts a group of pods of one namespace node by node. @param group names the group: the same name, the same pods. */
  countByNode(group: string, namespace: string, counts: (pod: Pod) => boolean): NodeCounts;
  /** The pods that wait for room on a node which was made there for them. */
  nominatedTo(node: NodeInfo): readonly PodInfo[];
  readonly namespaceLabels: NamespaceLabels;
  /** The selectors of the Services and controllers that a pod belongs to, for spreading by default. */
  readonly kinSelectors: (pod: Pod) => readonly Selector[];
  readonly volumes: VolumeView;
  /** How many pods with a node use the claim. @param key `namespace/name` */
  claimUsers(key: string): number;
}

/** What happens in a cluster that may make room. */
export type ClusterChange =
  | "node-added"
  | "node-allocatable"
  | "node-labels"
  | "node-taints"
  | "pod-added"
  | "pod-labels"
  | "pod-removed"
  | "namespace-labels"
  | "volume"
  | "storage-class"
  | `claim ${string}`;

/** The highest score of a plugin, after normalization. */
export const MAX_SCORE = 100;

export function refuse(preemptible: boolean, ...reasons: readonly string[]): Refusal {
  return { reasons, preemptible };
}

/** Scales scores so that the highest becomes 100; reversed, the lowest does. */
export function scaled(scores: readonly number[], reversed = false): readonly number[] {
  let highest = 0;
  for (const score of scores) if (score > highest) highest = score;
  if (highest === 0) return reversed ? scores.map(() => MAX_SCORE) : scores;
  return scores.map((score) => {
    const share = Math.floor((MAX_SCORE * score) / highest);
    return reversed ? MAX_SCORE - share : share;
  });
}

/** A node that is known; filters only see such. */
export function nodeOf(info: NodeInfo): Node {
  return info.node!;
}
