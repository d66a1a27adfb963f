import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { fractionWarnings } from "./pod-spec/resource-list.ts";

export function* claimWarnings({ metadata, spec }: PersistentVolumeClaim): Iterable<string> {
  if (metadata.annotations?.[STORAGE_CLASS_ANNOTATION] !== undefined) {
    yield `metadata.annotations[${STORAGE_CLASS_ANNOTATION}]: ${OLD_CLASS_ANNOTATION}`;
  }
  yield* claimSpecWarnings(spec, "spec");
}

export const OLD_CLASS_ANNOTATION = `deprecated since v1.8; use "storageClassName" attribute instead`;

/** Also of claims that are made from a template. */
export function* claimSpecWarnings({ resources }: PersistentVolumeClaimSpec, at: string): Iterable<string> {
  for (const part of ["requests", "limits"] as const) {
    yield* fractionWarnings(resources[part], ["storage"], `${at}.resources.${part}`);
  }
}
