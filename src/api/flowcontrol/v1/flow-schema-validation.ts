import { dnsLabel, dnsSubdomain } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkRequired, type Issues } from "../../checks.ts";
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  ServiceAccountSubject,
  Subject,
} from "../../generated/flowcontrol-v1.ts";
import { internalForm } from "../../core/v1/pod-diff/internal-form.ts";
import { conditionIssues } from "./conditions.ts";
import { mandatorySchemas } from "./mandatory.ts";

const HIGHEST_PRECEDENCE = 10_000;
const METHODS = ["ByNamespace", "ByUser"];
const ALL = "*";
const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"];

export function flowSchemaIssues({ metadata, spec, status }: FlowSchema): readonly Issue[] {
  const issues: Issues = [];
  const { matchingPrecedence: precedence, distinguisherMethod, priorityLevelConfiguration, rules = [] } = spec;
  checkPrecedence(precedence, metadata.name, issues);
  if (distinguisherMethod !== undefined && !METHODS.includes(distinguisherMethod.type)) {
    issues.push(notSupported("spec.distinguisherMethod.type", { Type: distinguisherMethod.type }, METHODS));
  }
  const levelAt = "spec.priorityLevelConfiguration.name";
  if (priorityLevelConfiguration.name === "") issues.push(required(levelAt, "must reference a priority level"));
  else checkFormat(priorityLevelConfiguration.name, levelAt, dnsSubdomain, issues);
  for (const [index, rule] of rules.entries()) checkRule(rule, `spec.rules[${index}]`, issues);
  const fixed = mandatorySchemas.get(metadata.name);
  if (fixed !== undefined && !sameJson(spec, fixed)) {
    const shown = internalForm("FlowSchemaSpec", spec, "flowcontrol.v1");
    issues.push(invalid("spec", shown, `spec of '${metadata.name}' must equal the fixed value`));
  }
  return [...issues, ...conditionIssues(status.conditions ?? [])];
}

function checkPrecedence(precedence: number, name: string, issues: Issues): void {
  const at = "spec.matchingPrecedence";
  if (precedence <= 0) issues.push(invalid(at, precedence, "must be a positive value"));
  if (precedence > HIGHEST_PRECEDENCE) {
    issues.push(invalid(at, precedence, `must not be greater than ${HIGHEST_PRECEDENCE}`));
  }
  if (precedence === 1 && name !== "exempt") {
    issues.push(invalid(at, precedence, "only the schema named 'exempt' may have matchingPrecedence 1"));
  }
}

function checkRule(rule: PolicyRulesWithSubjects, at: string, issues: Issues): void {
  const { resourceRules = [], nonResourceRules = [] } = rule;
  const subjects = listed(rule.subjects);
  if (subjects.length === 0) issues.push(required(`${at}.subjects`, "subjects must contain at least one value"));
  for (const [index, subject] of subjects.entries()) checkSubject(subject, `${at}.subjects[${index}]`, issues);
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    issues.push(required(at, "at least one of resourceRules and nonResourceRules has to be non-empty"));
  }
  for (const [index, each] of resourceRules.entries()) checkResources(each, `${at}.resourceRules[${index}]`, issues);
  for (const [index, each] of nonResourceRules.entries()) checkPaths(each, `${at}.nonResourceRules[${index}]`, issues);
}

/** Required lists are null where nothing was sent. */
function listed<Item>(items: readonly Item[] | null): readonly Item[] {
  return items ?? [];
}

const SUBJECTS = { Group: "group", ServiceAccount: "serviceAccount", User: "user" } as const;
/** In the order in which Kubernetes looks at what does not belong to the kind. */
const OTHERS = ["ServiceAccount", "User", "Group"] as const;

function checkSubject(subject: Subject, at: string, issues: Issues): void {
  const kind = subject.kind as keyof typeof SUBJECTS;
  const field = SUBJECTS[kind];
  if (field === undefined) {
    return void issues.push(notSupported(`${at}.kind`, subject.kind, Object.keys(SUBJECTS)));
  }
  const here = `${at}.${field}`;
  const named = subject[field];
  if (named === undefined) issues.push(required(here, `${field} is required when subject kind is '${kind}'`));
  else if (kind === "ServiceAccount") checkAccount(named as ServiceAccountSubject, here, issues);
  else checkRequired(named.name, `${here}.name`, issues);
  for (const other of OTHERS) {
    const its = SUBJECTS[other];
    if (other === kind || subject[its] === undefined) continue;
    issues.push(forbidden(`${at}.${its}`, `${its} is forbidden when subject kind is not '${other}'`));
  }
}

function checkAccount({ name, namespace }: ServiceAccountSubject, at: string, issues: Issues): void {
  if (checkRequired(name, `${at}.name`, issues) && name !== ALL) checkFormat(name, `${at}.name`, dnsSubdomain, issues);
  if (namespace !== "") checkFormat(namespace, `${at}.namespace`, dnsLabel, issues);
  else issues.push(required(`${at}.namespace`, "must specify namespace for service account"));
}

function checkResources(rule: ResourcePolicyRule, at: string, issues: Issues): void {
  checkVerbs(listed(rule.verbs), `${at}.verbs`, issues);
  for (const [name, what] of [
    ["apiGroups", "api group"],
    ["resources", "resource"],
  ] as const) {
    const here = `${at}.${name}`;
    if (listed(rule[name]).length === 0) issues.push(required(here, `resource rules must supply at least one ${what}`));
    else checkAllAlone(rule[name], here, `${what}s`, issues);
  }
  const namespaces = listed(rule.namespaces);
  const here = `${at}.namespaces`;
  if (namespaces.length === 0 && rule.clusterScope !== true) {
    const detail = "resource rules that are not cluster scoped must supply at least one namespace";
    issues.push(required(here, detail));
  } else if (!checkAllAlone(namespaces, here, "namespaces", issues)) {
    for (const [index, namespace] of namespaces.entries()) {
      for (const problem of dnsLabel(namespace)) {
        const detail = `each member of this list must be '*' or a DNS-1123 label; ${problem}`;
        issues.push(invalid(`${here}[${index}]`, namespace, detail));
      }
    }
  }
}

function checkPaths(rule: NonResourcePolicyRule, at: string, issues: Issues): void {
  checkVerbs(listed(rule.verbs), `${at}.verbs`, issues);
  const paths = listed(rule.nonResourceURLs);
  const here = `${at}.nonResourceURLs`;
  if (paths.length === 0) issues.push(required(here, "nonResourceURLs must contain at least one value"));
  else if (!checkAllAlone(paths, here, "non-resource URLs", issues)) {
    for (const [index, path] of paths.entries()) {
      const problem = pathProblem(path);
      if (problem !== undefined) issues.push(invalid(`${here}[${index}]`, path, problem));
    }
  }
}

function checkVerbs(verbs: readonly string[], at: string, issues: Issues): void {
  if (verbs.length === 0) issues.push(required(at, "verbs must contain at least one value"));
  else if (!checkAllAlone(verbs, at, "verbs", issues) && !verbs.every((verb) => VERBS.includes(verb))) {
    issues.push(notSupported(at, verbs, VERBS));
  }
}

/** Who says "all" names nothing else. @returns whether all are meant */
function checkAllAlone(values: readonly string[], at: string, what: string, issues: Issues): boolean {
  if (!values.includes(ALL)) return false;
  if (values.length > 1) issues.push(invalid(at, values, `if '*' is present, must not specify other ${what}`));
  return true;
}

function pathProblem(path: string): string | undefined {
  if (path === "") return "must not be empty";
  if (!path.startsWith("/")) return "must start with slash";
  if (path.includes(" ")) return "must not contain white-space";
  if (path.includes("//")) return "must not contain double slash";
  if (path.slice(0, -1).includes("*") || (path.endsWith("*") && !path.endsWith("/*"))) {
    return "wildcard can only do suffix matching";
  }
  return undefined;
}
