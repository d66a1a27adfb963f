import type { Node, Pod } from "../api/generated/core-v1.ts";
import { sameJson } from "../machinery/same-json.ts";
import type { ClusterChange } from "./plugin.ts";

/** What an update of a node may mean for pods that did not fit. Heartbeats mean nothing. */
export function nodeChanges(old: Node, node: Node): readonly ClusterChange[] {
  const changes: ClusterChange[] = [];
  if (!sameJson(old.status.allocatable, node.status.allocatable)) changes.push("node-allocatable");
  if (!sameJson(old.metadata.labels, node.metadata.labels)) changes.push("node-labels");
  if (!sameJson(old.spec.taints, node.spec.taints) || old.spec.unschedulable !== node.spec.unschedulable) {
    changes.push("node-taints");
  }
  return changes;
}

/** What an update of a pod may mean for itself and for others. Status alone means nothing. */
export function podChanges(old: Pod, pod: Pod): readonly ClusterChange[] {
  const changes: ClusterChange[] = [];
  if (!sameJson(old.metadata.labels, pod.metadata.labels)) changes.push("pod-labels");
  // Less asked for is room for others; new tolerations may make the pod itself fit.
  if (!sameJson(old.spec, pod.spec)) changes.push("pod-removed");
  return changes;
}
