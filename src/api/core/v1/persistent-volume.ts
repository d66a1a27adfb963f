import type { Mutable } from "../../../machinery/object.ts";
import { formatTime } from "../../../machinery/time.ts";
import type { Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { PersistentVolume as StoredPersistentVolume } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { shortAccessModes, STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { checkPersistentVolume, checkPersistentVolumeUpdate } from "./persistent-volume-validation.ts";
import { persistentVolumeWarnings } from "./persistent-volume-warnings.ts";
import { roundResources } from "./pod-spec/resource-list.ts";

export type PersistentVolume = StoredPersistentVolume;

export const PersistentVolume: Kind<PersistentVolume> = defineKind(facts.core.v1.PersistentVolume, {
  metadataChecks: { update: ["whole", "whole"] },
  answersDeleted: true,
  columns: [
    { name: "Capacity", type: "string", value: ({ spec }) => spec.capacity?.["storage"] ?? "0" },
    { name: "Access Modes", type: "string", value: ({ spec }) => shortAccessModes(spec.accessModes) },
    { name: "Reclaim Policy", type: "string", value: ({ spec }) => spec.persistentVolumeReclaimPolicy ?? "" },
    {
      name: "Status",
      type: "string",
      value: ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
    },
    { name: "Claim", type: "string", value: claimOf },
    { name: "StorageClass", type: "string", description: "StorageClass of the pv", value: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      description: "VolumeAttributesClass of the pv",
      value: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
    },
    { name: "Reason", type: "string", value: ({ status }) => status.reason ?? "" },
    age,
    { name: "VolumeMode", type: "string", priority: 1, value: ({ spec }) => spec.volumeMode ?? "<unset>" },
  ],
  warnings: persistentVolumeWarnings,
  default: (object) => roundResources((object as unknown as Mutable<PersistentVolume>).spec.capacity),
  validate(volume) {
    const issues: Issues = [];
    checkPersistentVolume(volume, issues);
    return issues;
  },
  validateUpdate(volume, old) {
    const issues: Issues = [];
    checkPersistentVolumeUpdate(volume, old, issues);
    return issues;
  },
  prepareForCreate(object, { nowMs }) {
    object["status"] = { phase: "Pending", lastPhaseTransitionTime: formatTime(nowMs) };
  },
  prepareForUpdate(object, old, { nowMs, subresource }) {
    if (subresource !== "status") return;
    const { status } = object as unknown as Mutable<PersistentVolume>;
    const before = old.status.lastPhaseTransitionTime;
    const untouched = status.lastPhaseTransitionTime === undefined || status.lastPhaseTransitionTime === before;
    if (!untouched) return;
    if (status.phase !== old.status.phase) status.lastPhaseTransitionTime = formatTime(nowMs);
    else if (before !== undefined) status.lastPhaseTransitionTime = before;
  },
});

function claimOf({ spec: { claimRef } }: PersistentVolume): string {
  return claimRef === undefined ? "" : `${claimRef.namespace ?? ""}/${claimRef.name ?? ""}`;
}

function storageClassOf({ metadata, spec }: PersistentVolume): string {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}
