import { invalid, required } from "../../../machinery/issue.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Issues } from "../../checks.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type { ClusterRole as StoredClusterRole } from "../../generated/rbac-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkRules } from "./rules.ts";

export type ClusterRole = StoredClusterRole;

export const ClusterRole: Kind<ClusterRole> = defineKind(facts.rbac.v1.ClusterRole, {
  metadataChecks: { update: ["whole", "change"] },
  allowsCreateOnUpdate: true,
  nameRule: "path-segment",
  validate({ rules, aggregationRule }) {
    const issues: Issues = [];
    checkRules(rules, false, issues);
    const selectors = aggregationRule?.clusterRoleSelectors ?? [];
    const at = "aggregationRule.clusterRoleSelectors";
    if (aggregationRule !== undefined && selectors.length === 0) {
      issues.push(required(at, "at least one clusterRoleSelector required if aggregationRule is non-nil"));
    }
    for (const [index, selector] of selectors.entries()) {
      checkSelector(selector, `${at}[${index}]`, issues);
      if (formatLabelSelector(selector) === "<error>") {
        issues.push(invalid(`${at}[${index}]`, null, "invalid label selector."));
      }
    }
    return issues;
  },
});
