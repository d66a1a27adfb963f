import { dnsLabel, dnsSubdomain } from "../../../machinery/formats.ts";
import { fieldsGivenEmpty, givenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, notSupported, required } from "../../../machinery/issue.ts";
import { annotationIssues } from "../../../machinery/metadata.ts";
import type { TemplateMeta } from "../../../machinery/object.ts";
import { checkPositiveQuantity } from "../../amounts.ts";
import { checkFormat, checkOptionalOneOf, checkRequired, type Issues } from "../../checks.ts";
import type { PersistentVolumeClaimSpec, PersistentVolumeClaimTemplate } from "../../generated/core-v1.ts";
import { checkLabels, checkSelector } from "./label-selector.ts";

const ACCESS_MODES = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];
export const VOLUME_MODES = ["Block", "Filesystem"];

/** The claim that a pod brings along for a volume that lives as long as the pod. */
export function checkClaimTemplate(template: PersistentVolumeClaimTemplate, at: string, issues: Issues): void {
  checkClaimMetadata(template.metadata ?? {}, `${at}.metadata`, issues);
  checkClaimSpec(template.spec, `${at}.spec`, issues);
}

/** What the claims of a template bear besides their names: labels and annotations alone. */
export function checkClaimMetadata(metadata: TemplateMeta, at: string, issues: Issues): void {
  for (const issue of annotationIssues(metadata.annotations ?? {}, `${at}.annotations`)) issues.push(issue);
  checkLabels(metadata.labels ?? {}, `${at}.labels`, issues);
  for (const name of new Set([...Object.keys(metadata), ...(fieldsGivenEmpty(metadata)?.keys() ?? [])])) {
    if (name === "annotations" || name === "labels") continue;
    if (metadata[name as keyof typeof metadata] != null || givenEmpty(metadata, name) !== undefined) {
      // Kubernetes makes the names of those of Go's fields.
      issues.push(forbidden(`${at}.${name === "uid" ? "uID" : name}`, "cannot be set"));
    }
  }
}

export function checkClaimSpec(spec: PersistentVolumeClaimSpec, at: string, issues: Issues): void {
  const { accessModes = [] } = spec;
  if (accessModes.length === 0) issues.push(required(`${at}.accessModes`, "at least 1 access mode is required"));
  if (spec.selector !== undefined) checkSelector(spec.selector, `${at}.selector`, issues);
  checkModes(accessModes, `${at}.accessModes`, issues);
  const storage = spec.resources.requests?.["storage"];
  const storageAt = `${at}.resources[storage]`;
  if (storage === undefined) issues.push(required(storageAt));
  else checkPositiveQuantity(storage, storageAt, issues);
  if (spec.storageClassName) checkFormat(spec.storageClassName, `${at}.storageClassName`, dnsSubdomain, issues);
  checkOptionalOneOf(spec.volumeMode, `${at}.volumeMode`, VOLUME_MODES, issues);
  checkDataSources(spec, at, issues);
  if (spec.volumeAttributesClassName) {
    checkFormat(spec.volumeAttributesClassName, `${at}.volumeAttributesClassName`, dnsSubdomain, issues);
  }
}

export function checkModes(modes: readonly string[], at: string, issues: Issues): void {
  for (const mode of modes) if (!ACCESS_MODES.includes(mode)) issues.push(notSupported(at, mode, ACCESS_MODES));
  const others = modes.some((mode) => mode !== "ReadWriteOncePod" && ACCESS_MODES.includes(mode));
  if (others && modes.includes("ReadWriteOncePod")) {
    issues.push(forbidden(at, "may not use ReadWriteOncePod with other access modes"));
  }
}

type DataSource = NonNullable<PersistentVolumeClaimSpec["dataSourceRef"]>;

function checkDataSources({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, at: string, issues: Issues): void {
  if (dataSource !== undefined) checkDataSource(dataSource, `${at}.dataSource`, issues);
  if (dataSourceRef !== undefined) {
    checkDataSource(dataSourceRef, `${at}.dataSourceRef`, issues);
    if (dataSourceRef.namespace) {
      checkFormat(dataSourceRef.namespace, `${at}.dataSourceRef.namespace`, dnsLabel, issues);
    }
  }
  if (dataSource === undefined || dataSourceRef === undefined) return;
  if (dataSourceRef.namespace) {
    issues.push(invalid(at, `${at}.dataSource`, "may not be specified when dataSourceRef.namespace is specified"));
  } else if (
    dataSource.apiGroup !== dataSourceRef.apiGroup ||
    dataSource.kind !== dataSourceRef.kind ||
    dataSource.name !== dataSourceRef.name
  ) {
    issues.push(invalid(at, {}, "must match dataSourceRef"));
  }
}

function checkDataSource({ name, kind, ...source }: DataSource, at: string, issues: Issues): void {
  // A group that is not given is null, as it is in Go.
  const apiGroup = (source.apiGroup as string | null | undefined) ?? "";
  checkRequired(name, `${at}.name`, issues);
  checkRequired(kind, `${at}.kind`, issues);
  if (apiGroup !== "") checkFormat(apiGroup, `${at}.apiGroup`, dnsSubdomain, issues);
  else if (kind !== "PersistentVolumeClaim") {
    issues.push(invalid(at, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"));
  }
}
