import { nodeMatches, nodeMatchesAny } from "../../api/core/v1/node-matching.ts";
import { nodeOf, type Plugin, refuse, scaled } from "../plugin.ts";

/** Node selectors, required and preferred. */
export const nodeAffinity: Plugin = {
  name: "NodeAffinity",
  weight: 2,
  wakesOn: ["node-added", "node-labels"],
  forPod({ pod, nodeTerms }) {
    const selector = Object.entries(pod.spec.nodeSelector ?? {});
    const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (selector.length === 0 && nodeTerms === undefined && preferred.length === 0) return undefined;
    const refusal = refuse(false, "node(s) didn't match Pod's node affinity/selector");
    return {
      sort: JSON.stringify([selector, nodeTerms, preferred]),
      filter(info) {
        const node = nodeOf(info);
        const fits =
          selector.every(([name, value]) => node.metadata.labels?.[name] === value) &&
          (nodeTerms === undefined || nodeMatchesAny(nodeTerms, node));
        return fits ? undefined : refusal;
      },
      score: (info) =>
        preferred.reduce(
          (total, { weight, preference }) => total + (nodeMatches(preference, nodeOf(info)) ? weight : 0),
          0,
        ),
      normalize: (scores) => scaled(scores),
    };
  },
};
