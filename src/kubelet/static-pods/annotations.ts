import type { Pod } from "../../api/generated/core-v1.ts";

/** What a static pod's file says, as a hash: the static pod's uid. */
export const HASH = "kubernetes.io/config.hash";
/** The hash of the static pod that an object of the API stands for. */
export const MIRROR = "kubernetes.io/config.mirror";
/** When the kubelet first saw the pod. */
export const SEEN = "kubernetes.io/config.seen";
/** Where the pod comes from. */
export const SOURCE = "kubernetes.io/config.source";

/** The pod comes from the node itself. Annotations can be written by anybody, but the API gives every object a version. */
export function isStatic({ metadata }: Pod): boolean {
  return metadata.resourceVersion === undefined;
}

export function isMirror({ metadata }: Pod): boolean {
  return metadata.annotations?.[MIRROR] !== undefined;
}
