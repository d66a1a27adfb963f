import type { ClusterRole as StoredClusterRole } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ClusterRole = StoredClusterRole;

export const ClusterRole: Kind<ClusterRole> = defineKind(facts.rbac.v1.ClusterRole, {
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
});
