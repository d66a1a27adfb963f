import { nodeOf, type Plugin, refuse } from "../plugin.ts";
import { tolerates } from "../../api/core/v1/tolerations.ts";

const TAINT = { key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" } as const;

/** A cordoned node takes only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: "NodeUnschedulable",
  wakesOn: ["node-added", "node-taints"],
  forPod({ pod }) {
    if (pod.spec.tolerations?.some((toleration) => tolerates(toleration, TAINT)) === true) return undefined;
    const refusal = refuse(false, "node(s) were unschedulable");
    return { sort: "", filter: (info) => (nodeOf(info).spec.unschedulable === true ? refusal : undefined) };
  },
};
