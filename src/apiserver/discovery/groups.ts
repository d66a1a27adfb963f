import type { Kind } from "../../api/kind.ts";

/** One version of a group and the kinds served in it. */
export interface ServedVersion {
  readonly group: string;
  readonly version: string;
  readonly kinds: readonly Kind[];
}

/** A group with its versions, the preferred one first. */
export interface ServedGroup {
  readonly name: string;
  readonly versions: readonly ServedVersion[];
}

/** The groups of all kinds, in the order in which they first appear; the core group has no name. */
export function servedGroups(kinds: readonly Kind[]): readonly ServedGroup[] {
  const groups = new Map<string, Map<string, Kind[]>>();
  for (const kind of kinds) {
    let versions = groups.get(kind.group);
    if (versions === undefined) groups.set(kind.group, (versions = new Map()));
    const known = versions.get(kind.version);
    if (known === undefined) versions.set(kind.version, [kind]);
    else known.push(kind);
  }
  return [...groups].map(([name, versions]) => ({
    name,
    versions: [...versions]
      .map(([version, served]) => ({ group: name, version, kinds: served }))
      .toSorted((a, b) => versionOrder(a.version, b.version)),
  }));
}

/** Kubernetes prefers what is stable to beta to alpha, then the newer; other names come last, by the alphabet. */
export function versionOrder(a: string, b: string): number {
  const left = parseVersion(a);
  const right = parseVersion(b);
  if (left === undefined || right === undefined) {
    return (left === undefined ? 1 : 0) - (right === undefined ? 1 : 0) || (a < b ? -1 : 1);
  }
  return right.stage - left.stage || right.major - left.major || right.minor - left.minor;
}

const STAGES = ["alpha", "beta", ""];

function parseVersion(version: string) {
  const parts = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/.exec(version);
  if (parts === null) return undefined;
  return { major: Number(parts[1]), stage: STAGES.indexOf(parts[2] ?? ""), minor: Number(parts[3] ?? 0) };
}
