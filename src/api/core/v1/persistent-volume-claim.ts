import type { Mutable } from "../../../machinery/object.ts";
import { age } from "../../columns.ts";
import type {
  PersistentVolumeClaim as StoredPersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { shortAccessModes, STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { roundResources } from "./pod-spec/resource-list.ts";

export type PersistentVolumeClaim = StoredPersistentVolumeClaim;

export const PersistentVolumeClaim: Kind<PersistentVolumeClaim> = defineKind(facts.core.v1.PersistentVolumeClaim, {
  answersDeleted: true,
  columns: [
    {
      name: "Status",
      type: "string",
      value: ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined ? (status.phase ?? "") : "Terminating",
    },
    { name: "Volume", type: "string", value: ({ spec }) => spec.volumeName ?? "" },
    {
      name: "Capacity",
      type: "string",
      value: ({ spec, status }) => (spec.volumeName ? (status.capacity?.["storage"] ?? "0") : ""),
    },
    {
      name: "Access Modes",
      type: "string",
      value: ({ spec, status }) => (spec.volumeName ? shortAccessModes(status.accessModes) : ""),
    },
    { name: "StorageClass", type: "string", description: "StorageClass of the pvc", value: storageClassOf },
    {
      name: "VolumeAttributesClass",
      type: "string",
      description: "VolumeAttributesClass of the pvc",
      value: ({ spec }) => spec.volumeAttributesClassName ?? "<unset>",
    },
    age,
    { name: "VolumeMode", type: "string", priority: 1, value: ({ spec }) => spec.volumeMode ?? "<unset>" },
  ],
  default(object) {
    const { spec, status } = object as unknown as Mutable<PersistentVolumeClaim>;
    roundResources(spec.resources.limits);
    roundResources(spec.resources.requests);
    roundResources(status.capacity);
  },
  prepareForCreate(object) {
    const claim = object as unknown as Mutable<PersistentVolumeClaim>;
    claim.status = { phase: "Pending" };
    normalizeDataSources(claim.spec);
  },
  prepareForUpdate(object, old) {
    normalizeDataSources((object as unknown as Mutable<PersistentVolumeClaim>).spec, old.spec);
  },
});

function storageClassOf({ metadata, spec }: PersistentVolumeClaim): string {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
}

/** The older and the newer field say the same; what the older one may not name is ignored. */
function normalizeDataSources(spec: Mutable<PersistentVolumeClaimSpec>, old?: PersistentVolumeClaimSpec): void {
  const inUse = old?.dataSource !== undefined || old?.dataSourceRef !== undefined;
  if (!inUse && spec.dataSourceRef === undefined && !isClassicSource(spec.dataSource)) delete spec.dataSource;
  const { dataSource, dataSourceRef } = spec;
  if (dataSource !== undefined && dataSourceRef === undefined) spec.dataSourceRef = { ...dataSource };
  else if (dataSourceRef !== undefined && dataSource === undefined && !dataSourceRef.namespace) {
    const { namespace: _, ...source } = dataSourceRef;
    spec.dataSource = source;
  }
}

function isClassicSource(source: PersistentVolumeClaimSpec["dataSource"]): boolean {
  if (source === undefined) return false;
  if (source.kind === "PersistentVolumeClaim") return (source.apiGroup ?? "") === "";
  return source.kind === "VolumeSnapshot" && source.apiGroup === "snapshot.storage.k8s.io";
}
