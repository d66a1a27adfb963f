import { nodeOf, type Plugin, refuse } from "../plugin.ts";

/** A pod may name its node. */
export const nodeName: Plugin = {
  name: "NodeName",
  wakesOn: ["node-added"],
  forPod({ pod }) {
    const wanted = pod.spec.nodeName ?? "";
    if (wanted === "") return undefined;
    const refusal = refuse(false, "node(s) didn't match the requested node name");
    return { sort: wanted, filter: (info) => (nodeOf(info).metadata.name === wanted ? undefined : refusal) };
  },
};
