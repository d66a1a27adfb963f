import { dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkRequiredFormat, type Issues, rbacName } from "../../checks.ts";
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

/** Everything that is wrong with a binding. @param roleKinds what it may refer to */
export function checkBinding({ roleRef, subjects = [] }: Binding, roleKinds: readonly string[], issues: Issues): void {
  if (roleRef.apiGroup !== RBAC_GROUP) issues.push(notSupported("roleRef.apiGroup", roleRef.apiGroup, [RBAC_GROUP]));
  if (!roleKinds.includes(roleRef.kind)) issues.push(notSupported("roleRef.kind", roleRef.kind, roleKinds));
  checkRequiredFormat(roleRef.name, "roleRef.name", rbacName, issues);
  const namespaced = roleKinds.includes("Role");
  for (const [index, subject] of subjects.entries()) checkSubject(subject, namespaced, `subjects[${index}]`, issues);
}

/** What a binding grants can change, and to whom; not which role it is. */
export function bindingUpdateIssues({ roleRef }: Binding, old: Binding): readonly Issue[] {
  if (sameJson(roleRef, old.roleRef)) return [];
  const shown = { APIGroup: roleRef.apiGroup, Kind: roleRef.kind, Name: roleRef.name };
  return [invalid("roleRef", shown, "cannot change roleRef")];
}

function checkSubject(subject: Subject, namespaced: boolean, at: string, issues: Issues): void {
  const { kind, name, apiGroup = "", namespace = "" } = subject;
  if (!name) issues.push(required(`${at}.name`));
  if (kind === "ServiceAccount") {
    if (name) checkFormat(name, `${at}.name`, dnsSubdomain, issues);
    if (apiGroup !== "") issues.push(notSupported(`${at}.apiGroup`, apiGroup, [""]));
    if (!namespaced && namespace === "") issues.push(required(`${at}.namespace`));
  } else if (kind === "User" || kind === "Group") {
    if (apiGroup !== RBAC_GROUP) issues.push(notSupported(`${at}.apiGroup`, apiGroup, [RBAC_GROUP]));
  } else issues.push(notSupported(`${at}.kind`, kind, ["ServiceAccount", "User", "Group"]));
}
