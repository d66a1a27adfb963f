import type { StoredRule } from "../rbac-objects.ts";

/** Roles by name. */
export type RoleTable = Readonly<Record<string, readonly StoredRule[]>>;

/** A rule on resources; each part is words apart by spaces, and the group without a name is written `core`. */
export function on(verbs: string, groups: string, resources: string, names?: string): StoredRule {
  return {
    verbs: verbs.split(" "),
    apiGroups: groups.split(" ").map((group) => (group === "core" ? "" : group)),
    resources: resources.split(" "),
    ...(names === undefined ? {} : { resourceNames: names.split(" ") }),
  };
}

/** A rule on paths. */
export function at(verbs: string, paths: string): StoredRule {
  return { verbs: verbs.split(" "), nonResourceURLs: paths.split(" ") };
}
