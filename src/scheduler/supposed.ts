import { apply, type NodeRefusal, refusalOf } from "./applied.ts";
import type { NodeInfo } from "./node-info.ts";
import type { NodeCounts, Plugin, View } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";

/** What a node is supposed to have lost and gained. */
export interface Supposition {
  readonly gone?: Iterable<string>;
  readonly come?: readonly PodInfo[];
}

/** The first refusal of the node, supposing that other pods ran on it. */
export function refusalSupposing(
  { gone = [], come = [] }: Supposition,
  pod: PodInfo,
  view: View,
  plugins: readonly Plugin[],
  node: NodeInfo,
): NodeRefusal | undefined {
  const copy = node.supposing(gone, come);
  return refusalOf(apply(pod, withNode(view, node, copy), plugins), copy);
}

/** The pods that wait for room on a node which was made for them, and that this pod may not overtake. */
export function nominatedBeside({ key, priority }: PodInfo, view: View, node: NodeInfo): readonly PodInfo[] {
  const nominated = view.nominatedTo(node);
  return nominated.length === 0
    ? nominated
    : nominated.filter((other) => other.key !== key && other.priority >= priority);
}

/** The same view with one node replaced. */
function withNode(view: View, node: NodeInfo, copy: NodeInfo): View {
  const replaced = (set: ReadonlySet<NodeInfo>, is: boolean) => {
    const result = new Set(set);
    result.delete(node);
    if (is) result.add(copy);
    return result;
  };
  return {
    nodes: view.nodes.map((other) => (other === node ? copy : other)),
    versions: view.versions,
    affinityNodes: replaced(view.affinityNodes, copy.withAffinity.size > 0),
    antiAffinityNodes: replaced(view.antiAffinityNodes, copy.withAntiAffinity.size > 0),
    namespaceLabels: view.namespaceLabels,
    kinSelectors: view.kinSelectors,
    volumes: view.volumes,
    claimUsers: (key) => view.claimUsers(key) - usersOn(node, key) + usersOn(copy, key),
    nominatedTo: (other) => view.nominatedTo(other),
    countByNode(group, namespace, counts): NodeCounts {
      const byNode = new Map(view.countByNode(group, namespace, counts));
      byNode.delete(node);
      const left = [...copy.pods.values()].filter(
        ({ pod }) => pod.metadata.namespace === namespace && counts(pod),
      ).length;
      return byNode.set(copy, left);
    },
  };
}

function usersOn({ pods }: NodeInfo, key: string): number {
  let users = 0;
  for (const { claims } of pods.values()) users += claims.filter((claim) => claim.key === key).length;
  return users;
}
