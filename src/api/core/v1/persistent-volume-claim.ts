import type { Mutable } from "../../../machinery/object.ts";
import type { Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type {
  PersistentVolumeClaim as StoredPersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { shortAccessModes, STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { checkClaimSpec } from "./claim-spec.ts";
import { claimStatusIssues } from "./claim-status.ts";
import { claimUpdateIssues } from "./claim-update.ts";
import { claimWarnings } from "./claim-warnings.ts";
import { roundResources } from "./pod-spec/resource-list.ts";

export type PersistentVolumeClaim = StoredPersistentVolumeClaim;

export const PersistentVolumeClaim: Kind<PersistentVolumeClaim> = defineKind(facts.core.v1.PersistentVolumeClaim, {
  metadataChecks: { update: ["change", "whole"] },
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
  validate({ spec }) {
    const issues: Issues = [];
    checkClaimSpec(spec, "spec", issues);
    return issues;
  },
  warnings: claimWarnings,
  validateUpdate: claimUpdateIssues,
  validateStatusUpdate: claimStatusIssues,
  prepareForCreate(object) {
    normalizeDataSources((object as unknown as Mutable<PersistentVolumeClaim>).spec);
  },
  // A new claim is stored without any status, and so anew by whatever write comes first.
  fromStored(stored) {
    const claim = stored as PersistentVolumeClaim;
    return claim.status.phase ? claim : { ...claim, status: { ...claim.status, phase: "Pending" } };
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
  // Sources of other namespaces are behind a feature gate, which is off.
  if (spec.dataSourceRef?.namespace && old?.dataSourceRef === undefined) delete spec.dataSourceRef;
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
