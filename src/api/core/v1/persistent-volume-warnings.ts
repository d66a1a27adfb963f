import type { PersistentVolume, PersistentVolumeSpec } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { OLD_CLASS_ANNOTATION } from "./claim-warnings.ts";
import { termWarnings } from "./node-labels.ts";

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  [STORAGE_CLASS_ANNOTATION]: OLD_CLASS_ANNOTATION,
  "volume.beta.kubernetes.io/mount-options": `deprecated since v1.31; use "mountOptions" attribute instead`,
};
const RECYCLING =
  "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";
const OLD_SOURCES: readonly (readonly [source: keyof PersistentVolumeSpec, shown: string, message: string])[] = [
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

export function* persistentVolumeWarnings({ metadata, spec }: PersistentVolume): Iterable<string> {
  for (const [key, message] of Object.entries(OLD_ANNOTATIONS)) {
    if (metadata.annotations?.[key] !== undefined) yield `metadata.annotations[${key}]: ${message}`;
  }
  if (spec.persistentVolumeReclaimPolicy === "Recycle") yield `spec.persistentVolumeReclaimPolicy: ${RECYCLING}`;
  for (const [index, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    yield* termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`);
  }
  for (const [source, shown, message] of OLD_SOURCES) {
    if (spec[source] !== undefined) yield `spec.${shown}: ${message}`;
  }
}
