import { STORAGE_CLASS_ANNOTATION } from "../../api/core/v1/access-modes.ts";
import type { PersistentVolume, PersistentVolumeClaim } from "../../api/generated/core-v1.ts";
import { matches, selectorOf } from "../../machinery/labels.ts";
import { compareQuantities, parseQuantity } from "../../machinery/quantity.ts";

export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}

/** Is the volume meant for this claim? A reference without a uid was written by a person, before there was a claim. */
export function isFor({ spec: { claimRef } }: PersistentVolume, { metadata }: PersistentVolumeClaim): boolean {
  if (claimRef?.name !== metadata.name || claimRef.namespace !== metadata.namespace) return false;
  return (claimRef.uid ?? "") === "" || claimRef.uid === metadata.uid;
}

/**
 * The volume that a claim gets: one that is meant for it, or else the smallest free one that has all it asks for.
 * @param onlyMeant of volumes that are meant for nobody none may be taken yet
 */
export function volumeFor(
  claim: PersistentVolumeClaim,
  volumes: readonly PersistentVolume[],
  onlyMeant: boolean,
): PersistentVolume | undefined {
  const fitting = volumes.filter((volume) => fits(volume, claim));
  const meant = fitting.find((volume) => isFor(volume, claim));
  if (meant !== undefined || onlyMeant) return meant;
  const free = fitting.filter((volume) => volume.spec.claimRef === undefined && isFree(volume, claim));
  return free.toSorted((a, b) => compareQuantities(sizeOf(a), sizeOf(b)))[0];
}

function fits(volume: PersistentVolume, { spec }: PersistentVolumeClaim): boolean {
  const wanted = spec.resources.requests?.["storage"] ?? "0";
  return (
    volume.metadata.deletionTimestamp === undefined &&
    (spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode)) &&
    (volume.spec.volumeMode ?? "Filesystem") === (spec.volumeMode ?? "Filesystem") &&
    compareQuantities(sizeOf(volume), parseQuantity(wanted)) >= 0
  );
}

function isFree(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { selector, volumeAttributesClassName = "" } = claim.spec;
  return (
    volume.status.phase === "Available" &&
    classOf(volume) === classOf(claim) &&
    (volume.spec.volumeAttributesClassName ?? "") === volumeAttributesClassName &&
    (selector === undefined || matches(selectorOf(selector), volume.metadata.labels))
  );
}

function sizeOf({ spec }: PersistentVolume) {
  return parseQuantity(spec.capacity?.["storage"] ?? "0");
}
