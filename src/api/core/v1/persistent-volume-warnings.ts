import type { PersistentVolume } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { OLD_CLASS_ANNOTATION } from "./claim-warnings.ts";
import { termWarnings } from "./node-labels.ts";
import { oldSourceWarnings } from "./old-volumes.ts";

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  [STORAGE_CLASS_ANNOTATION]: OLD_CLASS_ANNOTATION,
  "volume.beta.kubernetes.io/mount-options": `deprecated since v1.31; use "mountOptions" attribute instead`,
};
const RECYCLING =
  "The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.";

export function* persistentVolumeWarnings({ metadata, spec }: PersistentVolume): Iterable<string> {
  for (const [key, message] of Object.entries(OLD_ANNOTATIONS)) {
    if (metadata.annotations?.[key] !== undefined) yield `metadata.annotations[${key}]: ${message}`;
  }
  if (spec.persistentVolumeReclaimPolicy === "Recycle") yield `spec.persistentVolumeReclaimPolicy: ${RECYCLING}`;
  for (const [index, term] of (spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    yield* termWarnings(term, `spec.nodeAffinity.required.nodeSelectorTerms[${index}]`);
  }
  yield* oldSourceWarnings(spec, "spec");
}
