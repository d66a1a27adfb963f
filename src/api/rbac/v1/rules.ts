import { invalid, required } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { PolicyRule } from "../../generated/rbac-v1.ts";

/** A rule grants verbs either on resources or on paths. @param namespaced whether the role is */
export function checkRules(rules: readonly PolicyRule[] | null, namespaced: boolean, issues: Issues): void {
  for (const [index, rule] of (rules ?? []).entries()) {
    const at = `rules[${index}]`;
    const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
    if ((verbs ?? []).length === 0) issues.push(required(`${at}.verbs`, "verbs must contain at least one value"));
    if (nonResourceURLs.length > 0) {
      const field = `${at}.nonResourceURLs`;
      if (namespaced) {
        issues.push(invalid(field, nonResourceURLs, "namespaced rules cannot apply to non-resource URLs"));
      }
      if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
        const detail = "rules cannot apply to both regular resources and non-resource URLs";
        issues.push(invalid(field, nonResourceURLs, detail));
      }
      continue;
    }
    if (apiGroups.length === 0) {
      issues.push(required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
    }
    if (resources.length === 0) {
      issues.push(required(`${at}.resources`, "resource rules must supply at least one resource"));
    }
  }
}
