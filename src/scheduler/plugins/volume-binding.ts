import { nodeOf, type Plugin, refuse } from "../plugin.ts";
import { claimChanges, claimsOf } from "../volumes/claims.ts";
import { volumesOn } from "../volumes/find.ts";

/** A pod goes where the volumes of its claims are, or can be. What it gets is reserved by `volumes/binder.ts`. */
export const volumeBinding: Plugin = {
  name: "VolumeBinding",
  wakesOn: ["node-added", "node-labels", "volume", "storage-class"],
  wakesOnOwn: claimChanges,
  forPod(pod, { volumes }) {
    if (pod.claims.length === 0) return undefined;
    const claims = claimsOf(pod, volumes);
    if (claims.type === "refused") return { refused: claims.why };
    return {
      filter(info) {
        const { reasons } = volumesOn(claims, nodeOf(info), volumes);
        return reasons.length === 0 ? undefined : refuse(false, ...reasons);
      },
    };
  },
};
