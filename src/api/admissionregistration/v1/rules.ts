import { pathSegment } from "../../../machinery/formats.ts";
import { duplicate, invalid, notSupported, required } from "../../../machinery/issue.ts";
import { checkFormat, checkOptionalOneOf, type Issues } from "../../checks.ts";
import type { NamedRuleWithOperations, RuleWithOperations } from "../../generated/admissionregistration-v1.ts";

const OPERATIONS = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const SCOPES = ["*", "Cluster", "Namespaced"];

/** Which writes a webhook is asked about. */
export function checkRule(rule: RuleWithOperations, at: string, issues: Issues): void {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule;
  checkWild(operations, `${at}.operations`, "operations", issues);
  for (const [index, operation] of operations.entries()) {
    if (!OPERATIONS.includes(operation)) issues.push(notSupported(`${at}.operations[${index}]`, operation, OPERATIONS));
  }
  checkWild(apiGroups, `${at}.apiGroups`, "API groups", issues);
  checkWild(apiVersions, `${at}.apiVersions`, "API versions", issues);
  for (const [index, version] of apiVersions.entries()) {
    if (version === "") issues.push(required(`${at}.apiVersions[${index}]`));
  }
  checkResources(resources, `${at}.resources`, issues);
  checkOptionalOneOf(scope, `${at}.scope`, SCOPES, issues);
}

/** Which writes a policy is about: those of some objects alone, where names are given. */
export function checkNamedRule(rule: NamedRuleWithOperations, at: string, issues: Issues): void {
  const { resourceNames = [] } = rule;
  for (const [index, name] of resourceNames.entries()) {
    const here = `${at}.resourceNames[${index}]`;
    checkFormat(name, here, pathSegment, issues);
    if (resourceNames.indexOf(name) < index) issues.push(duplicate(here, name));
  }
  checkRule(rule, at, issues);
}

/** A list that must hold something, and a star alone. */
function checkWild(values: readonly string[], at: string, what: string, issues: Issues): void {
  if (values.length === 0) issues.push(required(at));
  if (values.length > 1 && values.includes("*")) {
    issues.push(invalid(at, values, `if '*' is present, must not specify other ${what}`));
  }
}

function checkResources(resources: readonly string[], at: string, issues: Issues): void {
  if (resources.length === 0) issues.push(required(at));
  const allSubresourcesOf = new Set<string>();
  const ofAllResources = new Set<string>();
  let plain = false;
  for (const [index, pattern] of resources.entries()) {
    const here = `${at}[${index}]`;
    if (pattern === "") {
      issues.push(required(here));
      continue;
    }
    const slash = pattern.indexOf("/");
    if (slash === -1) {
      // Kubernetes looks at the last one alone.
      plain = pattern !== "*";
      continue;
    }
    const [resource, sub] = [pattern.slice(0, slash), pattern.slice(slash + 1)];
    const covered = (by: string) => invalid(here, pattern, `if '${by}' is present, must not specify ${pattern}`);
    if (allSubresourcesOf.has(resource)) issues.push(covered(`${resource}/*`));
    if (ofAllResources.has(sub)) issues.push(covered(`*/${sub}`));
    if (sub === "*") allSubresourcesOf.add(resource);
    if (resource === "*") ofAllResources.add(sub);
  }
  if (resources.length > 1 && resources.includes("*/*")) {
    issues.push(invalid(at, resources, "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes("*") && plain) {
    issues.push(invalid(at, resources, "if '*' is present, must not specify other resources without subresources"));
  }
}
