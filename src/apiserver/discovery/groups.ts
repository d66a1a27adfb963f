import type { Kind } from "../../api/kind.ts";
import { versionOrder } from "../../api/version-order.ts";

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
