import type { Mutable } from "../../../machinery/object.ts";
import type { ClusterRoleBinding as StoredClusterRoleBinding } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { bindingColumns, defaultBinding } from "./subjects.ts";

export type ClusterRoleBinding = StoredClusterRoleBinding;

export const ClusterRoleBinding: Kind<ClusterRoleBinding> = defineKind(facts.rbac.v1.ClusterRoleBinding, {
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
  columns: bindingColumns,
  default: (object) => defaultBinding(object as unknown as Mutable<ClusterRoleBinding>),
});
