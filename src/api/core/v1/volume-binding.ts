import type { PersistentVolume, PersistentVolumeClaim } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";

/** On a claim: the binding was carried to its end, so a volume that is missing is a volume that was lost. */
export const BIND_COMPLETED = "pv.kubernetes.io/bind-completed";
/** Who chose the other side was no person. */
export const BOUND_BY_CONTROLLER = "pv.kubernetes.io/bound-by-controller";
/** On a claim: the node of its first pod, written by the scheduler. Provisioners begin when it is there. */
export const SELECTED_NODE = "volume.kubernetes.io/selected-node";
/** The provisioner of classes whose volumes are made by people. */
export const NO_PROVISIONER = "kubernetes.io/no-provisioner";

export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}

/** Is the volume meant for this claim? A reference without a uid was written by a person, before there was a claim. */
export function isFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return (claimRef.uid ?? "") === "" || claimRef.uid === metadata.uid;
}

/** Whether the claim has its volume for good. */
export function isFullyBound({ metadata, spec }: PersistentVolumeClaim): boolean {
  return (spec.volumeName ?? "") !== "" && metadata.annotations?.[BIND_COMPLETED] !== undefined;
}

/** The volume taken for the claim; the same object where it is already. */
export function takenFor(volume: PersistentVolume, { metadata }: PersistentVolumeClaim): PersistentVolume {
  const { claimRef } = volume.spec;
  if (claimRef?.uid === metadata.uid) return volume;
  const annotations =
    claimRef === undefined
      ? { ...volume.metadata.annotations, [BOUND_BY_CONTROLLER]: "yes" }
      : volume.metadata.annotations;
  return {
    ...volume,
    metadata: { ...volume.metadata, ...(annotations === undefined ? {} : { annotations }) },
    spec: {
      ...volume.spec,
      claimRef: {
        kind: "PersistentVolumeClaim",
        namespace: metadata.namespace ?? "",
        name: metadata.name,
        uid: metadata.uid,
        apiVersion: "v1",
        resourceVersion: metadata.resourceVersion,
      },
    },
  };
}
