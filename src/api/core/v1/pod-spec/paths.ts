import { invalid } from "../../../../machinery/issue.ts";
import type { Issues } from "../../../checks.ts";

/** A path below a directory that it may not leave. */
export function checkDescendingPath(path: string, at: string, issues: Issues): void {
  if (path.startsWith("/")) issues.push(invalid(at, path, "must be a relative path"));
  checkNoBacksteps(path, at, issues);
}

/** The same, and no name that the kubelet keeps for itself. */
export function checkLocalPath(path: string, at: string, issues: Issues): void {
  checkDescendingPath(path, at, issues);
  if (path.startsWith("..") && !path.startsWith("../")) issues.push(invalid(at, path, "must not start with '..'"));
}

export function checkNoBacksteps(path: string, at: string, issues: Issues): void {
  if (hasBacksteps(path)) issues.push(invalid(at, path, "must not contain '..'"));
}

export function hasBacksteps(path: string): boolean {
  return path.includes("..") && path.split("/").includes("..");
}

const FILE_MODE_MESSAGE = "must be a number between 0 and 0777 (octal), both inclusive";

export function checkFileMode(mode: number | undefined, at: string, issues: Issues): void {
  if (mode !== undefined && (mode < 0 || mode > 0o777)) issues.push(invalid(at, mode, FILE_MODE_MESSAGE));
}
