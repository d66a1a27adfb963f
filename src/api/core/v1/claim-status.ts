import { qualifiedName } from "../../../machinery/formats.ts";
import { invalid, notSupported, required } from "../../../machinery/issue.ts";
import { parseQuantity, quantityValue, signOf } from "../../../machinery/quantity.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import type { PersistentVolumeClaim } from "../../generated/core-v1.ts";
import { isNative } from "./pod-spec/resources.ts";

const RESIZES = [
  "ControllerResizeInProgress",
  "ControllerResizeInfeasible",
  "NodeResizeInProgress",
  "NodeResizeInfeasible",
  "NodeResizePending",
];

/** What is wrong with the status that somebody gives a claim. */
export function claimStatusIssues({ spec, status }: PersistentVolumeClaim): Issues {
  const issues: Issues = [];
  if ((spec.accessModes ?? []).length === 0) issues.push(required("Spec.accessModes"));
  for (const [name, size] of Object.entries(status.capacity ?? {})) {
    checkNotBelowZero(size, `status.capacity[${name}]`, issues);
  }
  for (const [name, resize] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    const at = "status.allocatedResourceStatuses";
    checkResourceKey(name, at, issues);
    // Kubernetes shows the name where the value is meant.
    if (!RESIZES.includes(resize)) issues.push(notSupported(at, name, RESIZES));
  }
  for (const [name, size] of Object.entries(status.allocatedResources ?? {})) {
    const at = "status.allocatedResources";
    if (!checkResourceKey(name, at, issues) || !checkNotBelowZero(size, `${at}[${name}]`, issues)) continue;
    if (signOf(parseQuantity(size)) < 0) {
      issues.push(invalid(`${at}[${name}]`, size, "must be greater than or equal to 0"));
    }
  }
  return issues;
}

function checkNotBelowZero(size: string, at: string, issues: Issues): boolean {
  const value = quantityValue(parseQuantity(size));
  if (value < 0) issues.push(invalid(at, value, "must be a valid resource quantity"));
  return value >= 0;
}

function checkResourceKey(name: string, at: string, issues: Issues): boolean {
  const before = issues.length;
  checkFormat(name, at, qualifiedName, issues);
  if (issues.length === before && isNative(name) && name !== "storage") {
    issues.push(notSupported(at, name, ["storage"]));
  }
  return issues.length === before;
}
