import type { Issues } from "../../checks.ts";
import type { Role as StoredRole } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkRules } from "./rules.ts";

export type Role = StoredRole;

export const Role: Kind<Role> = defineKind(facts.rbac.v1.Role, {
  metadataChecks: { update: ["whole", "change"] },
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
  validate({ rules }) {
    const issues: Issues = [];
    checkRules(rules, true, issues);
    return issues;
  },
});
