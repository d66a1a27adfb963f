import type { Mutable } from "../../../machinery/object.ts";
import { age } from "../../columns.ts";
import type { ClusterRoleBinding, RoleBinding, Subject } from "../../generated/rbac-v1.ts";
import type { Column } from "../../kind.ts";

/** The API group of users, groups and roles. */
export const RBAC_GROUP = "rbac.authorization.k8s.io";

type Binding = RoleBinding | ClusterRoleBinding;

export function defaultBinding({ roleRef, subjects = [] }: Mutable<Binding>): void {
  if (!roleRef.apiGroup) roleRef.apiGroup = RBAC_GROUP;
  for (const subject of subjects) {
    if (subject.kind === "User" || subject.kind === "Group") subject.apiGroup ??= RBAC_GROUP;
  }
}

export const bindingColumns: readonly Column<Binding>[] = [
  { name: "Role", type: "string", value: ({ roleRef }) => `${roleRef.kind}/${roleRef.name}` },
  age,
  { name: "Users", type: "string", priority: 1, value: (binding) => namesOf(binding, "User") },
  { name: "Groups", type: "string", priority: 1, value: (binding) => namesOf(binding, "Group") },
  { name: "ServiceAccounts", type: "string", priority: 1, value: (binding) => namesOf(binding, "ServiceAccount") },
];

function namesOf({ subjects = [] }: Binding, kind: Subject["kind"]): string {
  return subjects
    .filter((subject) => subject.kind === kind)
    .map(({ name, namespace = "" }) => (kind === "ServiceAccount" ? `${namespace}/${name}` : name))
    .join(", ");
}
