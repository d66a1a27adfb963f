import { nodeOf, type Plugin, refuse, scaled } from "../plugin.ts";
import { untolerated, tolerates } from "../../api/core/v1/tolerations.ts";

/** Taints keep pods off; those that only prefer to are counted against a node. */
export const taintToleration: Plugin = {
  name: "TaintToleration",
  weight: 3,
  wakesOn: ["node-added", "node-taints"],
  forPod({ pod }) {
    const tolerations = pod.spec.tolerations ?? [];
    const soft = tolerations.filter(({ effect }) => effect === undefined || effect === "PreferNoSchedule");
    const refusal = refuse(false, "node(s) had untolerated taint(s)");
    return {
      sort: JSON.stringify(tolerations),
      filter(info) {
        const { taints } = nodeOf(info).spec;
        if (taints === undefined || taints.length === 0) return undefined;
        const taint = untolerated(
          taints,
          tolerations,
          ({ effect }) => effect === "NoSchedule" || effect === "NoExecute",
        );
        return taint === undefined ? undefined : refusal;
      },
      score(info) {
        const { taints } = nodeOf(info).spec;
        if (taints === undefined || taints.length === 0) return 0;
        return taints.filter(
          (taint) => taint.effect === "PreferNoSchedule" && !soft.some((toleration) => tolerates(toleration, taint)),
        ).length;
      },
      normalize: (scores) => scaled(scores, true),
    };
  },
};
