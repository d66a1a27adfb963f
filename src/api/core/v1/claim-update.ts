import { copyWithGivenEmpty, givenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, type Issue } from "../../../machinery/issue.ts";
import { compareQuantities, parseQuantity } from "../../../machinery/quantity.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from "../../generated/core-v1.ts";
import { STORAGE_CLASS_ANNOTATION } from "./access-modes.ts";
import { claimDifference } from "./pod-diff/spec-difference.ts";

/** A claim stays as it was made, except that a bound one may grow and that its volume and its class may be chosen. */
export function claimUpdateIssues(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): readonly Issue[] {
  const issues: Issues = [];
  checkClass(claim, old, issues);
  checkSpec(claim, old, issues);
  checkSize(claim, old, issues);
  if (claim.spec.volumeMode !== old.spec.volumeMode) {
    issues.push(invalid("volumeMode", claim.spec.volumeMode ?? null, IMMUTABLE));
  }
  checkAttributesClass(claim, old, issues);
  return issues;
}

function annotatedClass({ metadata }: PersistentVolumeClaim): string | undefined {
  return metadata.annotations?.[STORAGE_CLASS_ANNOTATION];
}

/** The class that an annotation names may move to the field. */
function movesClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const annotated = annotatedClass(old);
  return (
    annotated !== undefined &&
    old.spec.storageClassName === undefined &&
    claim.spec.storageClassName === annotated &&
    [undefined, annotated].includes(annotatedClass(claim))
  );
}

function checkClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, issues: Issues): void {
  const annotated = annotatedClass(claim) ?? "";
  if (movesClass(claim, old) || annotated === (annotatedClass(old) ?? "")) return;
  issues.push(invalid(`metadata.annotations.${STORAGE_CLASS_ANNOTATION}`, annotated, IMMUTABLE));
}

/** A class, also that of none, may be named once, where none was. */
function mayNameClass(claim: PersistentVolumeClaim, old: PersistentVolumeClaim): boolean {
  const name = claim.spec.storageClassName;
  const annotated = annotatedClass(old);
  return (
    old.spec.storageClassName === undefined && name !== undefined && (annotated === undefined || annotated === name)
  );
}

function checkSpec(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, issues: Issues): void {
  const before: Draft = { ...old.spec };
  const now: Draft = copyWithGivenEmpty(claim.spec);
  if (!before.volumeName) before.volumeName = now.volumeName ?? "";
  if (before.volumeName === "") delete before.volumeName;
  if (mayNameClass(claim, old)) delete now.storageClassName;
  if (claim.status.phase === "Bound") {
    now.resources = withStorage(now.resources, sizeOf(old));
    if (before.volumeAttributesClassName === undefined) delete now.volumeAttributesClassName;
    else now.volumeAttributesClassName = before.volumeAttributesClassName;
  }
  if (sameJson(now, before)) return;
  const allowed =
    "is immutable after creation except resources.requests and volumeAttributesClassName for bound claims";
  issues.push(forbidden("spec", `spec ${allowed}\n${claimDifference(before, now)}`));
}

type Draft = { -readonly [Name in keyof PersistentVolumeClaimSpec]: PersistentVolumeClaimSpec[Name] };

function withStorage(resources: PersistentVolumeClaimSpec["resources"], storage: string) {
  const { requests } = resources;
  if (requests === undefined && givenEmpty(resources, "requests") === undefined) return resources;
  return copyWithGivenEmpty(resources, { requests: { ...requests, storage } });
}

function sizeOf({ spec }: PersistentVolumeClaim): string {
  return spec.resources.requests?.["storage"] ?? "0";
}

/** It may shrink as long as it is more than what is there. */
function checkSize(claim: PersistentVolumeClaim, old: PersistentVolumeClaim, issues: Issues): void {
  const next = parseQuantity(sizeOf(claim));
  if (compareQuantities(next, parseQuantity(sizeOf(old))) >= 0) return;
  if (compareQuantities(next, parseQuantity(old.status.capacity?.["storage"] ?? "0")) > 0) return;
  issues.push(forbidden("spec.resources.requests.storage", "field can not be less than status.capacity"));
}

/** Attributes that a volume has may become others, but not none. */
function checkAttributesClass({ spec }: PersistentVolumeClaim, old: PersistentVolumeClaim, issues: Issues): void {
  const name = spec.volumeAttributesClassName;
  if (name === old.spec.volumeAttributesClassName || old.status.currentVolumeAttributesClassName === undefined) return;
  if (name) return;
  const none = name === undefined ? "nil" : "empty string";
  const why = `update to ${none} is forbidden when status.currentVolumeAttributesClassName is not nil`;
  issues.push(forbidden("spec.volumeAttributesClassName", why));
}
