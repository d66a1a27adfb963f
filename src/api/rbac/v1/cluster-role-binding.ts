import type { Mutable } from "../../../machinery/object.ts";
import type { Issues } from "../../checks.ts";
import type { ClusterRoleBinding as StoredClusterRoleBinding } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { bindingColumns, bindingUpdateIssues, checkBinding, defaultBinding } from "./subjects.ts";

export type ClusterRoleBinding = StoredClusterRoleBinding;

export const ClusterRoleBinding: Kind<ClusterRoleBinding> = defineKind(facts.rbac.v1.ClusterRoleBinding, {
  metadataChecks: { update: ["whole", "change"] },
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
  columns: bindingColumns,
  default: (object) => defaultBinding(object as unknown as Mutable<ClusterRoleBinding>),
  validate(binding) {
    const issues: Issues = [];
    checkBinding(binding, ["ClusterRole"], issues);
    return issues;
  },
  validateUpdate: bindingUpdateIssues,
});
