import type { Mutable } from "../../../machinery/object.ts";
import { copyWithGivenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, type Issue } from "../../../machinery/issue.ts";
import { compareQuantities, parseQuantity } from "../../../machinery/quantity.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
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
import { claimWarnings } from "./claim-warnings.ts";
import { claimDifference } from "./pod-diff/spec-difference.ts";
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

/** A claim stays as it was made, except that a bound one may grow and that its volume may be chosen. */
function claimUpdateIssues({ spec, status }: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly Issue[] {
  const issues: Issues = [];
  const before: Draft = { ...old.spec };
  const now: Draft = copyWithGivenEmpty(spec);
  if (!before.volumeName) before.volumeName = now.volumeName ?? "";
  if (before.volumeName === "") delete before.volumeName;
  const bound = status.phase === "Bound";
  const size = old.spec.resources.requests?.["storage"];
  if (bound) {
    if (size !== undefined) now.resources = withStorage(now.resources, size);
    if (before.volumeAttributesClassName === undefined) delete now.volumeAttributesClassName;
    else now.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  // A class may be named once, where none was.
  if (before.storageClassName === undefined && now.storageClassName) delete now.storageClassName;
  if (!sameJson(now, before)) {
    const allowed =
      "is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
    issues.push(forbidden("spec", `spec ${allowed}\n${claimDifference(before, now)}`));
  }
  const next = spec.resources.requests?.["storage"] ?? "0";
  if (size !== undefined && compareQuantities(parseQuantity(next), parseQuantity(size)) < 0) {
    const capacity = parseQuantity(old.status.capacity?.["storage"] ?? "0");
    if (compareQuantities(parseQuantity(next), capacity) <= 0) {
      issues.push(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
    }
  }
  if (spec.volumeMode !== old.spec.volumeMode) {
    issues.push(invalid("volumeMode", spec.volumeMode ?? null, IMMUTABLE));
  }
  return issues;
}

type Draft = { -readonly [Name in keyof PersistentVolumeClaimSpec]: PersistentVolumeClaimSpec[Name] };

function withStorage(resources: PersistentVolumeClaimSpec["resources"], storage: string) {
  return copyWithGivenEmpty(resources, { requests: { ...resources.requests, storage } });
}

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
