import type { KubeObject, LabelSelector } from "../../machinery/object.ts";

/** The four kinds of `rbac.authorization.k8s.io/v1`, as they are stored. */
export interface Role extends KubeObject {
  readonly rules?: readonly StoredRule[] | null;
}

export interface ClusterRole extends Role {
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

export interface RoleBinding extends KubeObject {
  readonly roleRef: RoleRef;
  readonly subjects?: readonly Subject[];
}

export interface RoleRef {
  readonly apiGroup?: string;
  readonly kind: string;
  readonly name: string;
}

export interface Subject {
  readonly kind: string;
  readonly apiGroup?: string;
  readonly name: string;
  readonly namespace?: string;
}

/** A rule as it is stored: what is empty may be absent. */
export interface StoredRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export const RBAC_GROUP = "rbac.authorization.k8s.io";

/** Where roles and bindings are read from: from memory, at once. */
export interface RoleSource {
  /** Goes up with every change of any role or binding; what was derived from them is forgotten then. */
  readonly changes: number;
  role(namespace: string, name: string): Role | undefined;
  clusterRole(name: string): ClusterRole | undefined;
  roleBindings(namespace: string): Iterable<RoleBinding>;
  clusterRoleBindings(): Iterable<RoleBinding>;
}
