import type { CheckedPod, Inspect, Violation } from "./check.ts";
import { checks } from "./checks.ts";
import { type Level, minorOf, type Standard } from "./standard.ts";

/** In what a pod goes beyond a standard: checks of the baseline first, then those of the restricted level. */
export function violationsOf({ level, version }: Standard, pod: CheckedPod): readonly Violation[] {
  if (level === "privileged") return [];
  const minor = Math.min(minorOf(version), NEWEST);
  const key = `${level}:${minor}`;
  let inspections = inspectionsBy.get(key);
  if (inspections === undefined) inspectionsBy.set(key, (inspections = inspectionsOf(level, minor)));
  return inspections.map((inspect) => inspect(pod)).filter((violation) => violation !== undefined);
}

/** Nothing has changed since. */
const NEWEST = Math.max(...checks.flatMap(({ revisions }) => revisions.map(({ since }) => since)));

/** By level and minor version: as many as there are of both. */
const inspectionsBy = new Map<string, readonly Inspect[]>();

function inspectionsOf(level: Level, minor: number): readonly Inspect[] {
  const made = checks.flatMap(({ id, level: from, replaces, revisions }) => {
    const revision = revisions.findLast(({ since }) => since <= minor);
    const isOfLevel = from === "baseline" || level === "restricted";
    return revision === undefined || !isOfLevel ? [] : [{ id, replaces, inspect: revision.inspect }];
  });
  const replaced = new Set(made.map(({ replaces }) => replaces));
  return made.filter(({ id }) => !replaced.has(id)).map(({ inspect }) => inspect);
}

/** `host namespaces, privileged`. */
export function reasonsText(violations: readonly Violation[]): string {
  return violations.map(({ reason }) => reason).join(", ");
}

/** `host namespaces (hostPID=true), privileged (container "a" must not …)`. */
export function detailsText(violations: readonly Violation[]): string {
  return violations.map(({ reason, detail }) => `${reason} (${detail})`).join(", ");
}
