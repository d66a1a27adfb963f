import type { Mutable } from "../../../machinery/object.ts";
import type { Issues } from "../../checks.ts";
import type { RoleBinding as StoredRoleBinding } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { bindingColumns, bindingUpdateIssues, checkBinding, defaultBinding } from "./subjects.ts";

export type RoleBinding = StoredRoleBinding;

export const RoleBinding: Kind<RoleBinding> = defineKind(facts.rbac.v1.RoleBinding, {
  metadataChecks: { update: ["whole", "change"] },
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
  columns: bindingColumns,
  default: (object) => defaultBinding(object as unknown as Mutable<RoleBinding>),
  validate(binding) {
    const issues: Issues = [];
    checkBinding(binding, ["Role", "ClusterRole"], issues);
    return issues;
  },
  validateUpdate: bindingUpdateIssues,
});
