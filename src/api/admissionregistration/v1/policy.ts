import { dnsLabel1035, dnsSubdomain } from "../../../machinery/formats.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkOptionalOneOf, type Issues } from "../../checks.ts";
import { age, name } from "../../columns.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type {
  MatchCondition,
  MatchResources,
  NamedRuleWithOperations,
  ParamKind,
  Variable,
} from "../../generated/admissionregistration-v1.ts";
import type { Column, KindRules } from "../../kind.ts";
import { checkConditions } from "./conditions.ts";
import { type Compiler, type Composition, type ExpressionScope, withVariables } from "./expressions.ts";
import { checkNamedRule } from "./rules.ts";
import { staticNameWarnings } from "./static-names.ts";

/** What both kinds of policies have in common. */
export interface PolicySpec {
  readonly paramKind?: ParamKind;
  readonly matchConstraints?: MatchResources;
  readonly matchConditions?: readonly MatchCondition[];
  readonly variables?: readonly Variable[];
  readonly failurePolicy: "Fail" | "Ignore";
}

/** What is asked of all policies and their bindings, whatever they say. */
export const ofPolicies = {
  anyFinalizer: true,
  allowsUnconditionalUpdate: false,
  metadataChecks: { update: ["whole"] },
  desired: ({ spec }: { readonly spec: object }): unknown => spec,
  warnings: staticNameWarnings,
} as const;

/** What the expressions of a policy may speak of; its messages may not ask about access. */
export function scopeOf({ paramKind }: Pick<PolicySpec, "paramKind">): ExpressionScope {
  return { params: paramKind !== undefined, authorizer: true };
}

/**
 * Checks what comes before the policy's own expressions, and gives the compiler for these.
 * @param old the policy that was there: its conditions stay acceptable as long as nothing about them changes
 * @param checkMore what one of the two kinds asks of the rules beyond that
 */
export function checkPolicy(
  spec: PolicySpec,
  old: PolicySpec | undefined,
  issues: Issues,
  checkMore: (rules: readonly NamedRuleWithOperations[]) => void = () => {},
): Compiler {
  const { failurePolicy, paramKind, matchConstraints, matchConditions = [], variables = [] } = spec;
  checkOptionalOneOf(failurePolicy, "spec.failurePolicy", ["Fail", "Ignore"], issues);
  if (paramKind !== undefined) checkParamKind(paramKind, "spec.paramKind", issues);
  if (matchConstraints === undefined) issues.push(required("spec.matchConstraints"));
  else {
    checkMatchResources(matchConstraints, "spec.matchConstraints", issues);
    if ((matchConstraints.resourceRules ?? []).length === 0) {
      issues.push(required("spec.matchConstraints.resourceRules"));
    }
    checkMore(matchConstraints.resourceRules ?? []);
  }
  const scope = scopeOf(spec);
  const asBefore =
    old !== undefined &&
    sameJson(old.paramKind, paramKind) &&
    sameJson(old.matchConditions ?? [], spec.matchConditions ?? []);
  if (!asBefore) checkConditions(matchConditions, "spec.matchConditions", scope, issues);
  const composition = withVariables(variables, scope);
  checkVariables(variables, composition, issues);
  return composition.compiler;
}

function checkParamKind({ apiVersion = "", kind = "" }: ParamKind, at: string, issues: Issues): void {
  if (apiVersion === "") issues.push(required(`${at}.apiVersion`));
  else checkApiVersion(apiVersion, `${at}.apiVersion`, issues);
  if (kind === "") {
    issues.push(required(`${at}.kind`));
    return;
  }
  const problems = dnsLabel1035(kind.toLowerCase());
  if (problems.length === 0) return;
  issues.push(invalid(`${at}.kind`, kind, `may have mixed case, but should otherwise match: ${problems.join(",")}`));
}

function checkApiVersion(apiVersion: string, at: string, issues: Issues): void {
  const parts = apiVersion === "/" ? ["", ""] : apiVersion.split("/");
  if (parts.length > 2) {
    issues.push(invalid(at, apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    return;
  }
  const [version = "", group = ""] = parts.toReversed();
  const groupProblems = group === "" ? [] : dnsSubdomain(group);
  if (groupProblems.length > 0) issues.push(invalid(at, group, groupProblems.join(",")));
  if (version === "") issues.push(invalid(at, apiVersion, "version must be specified"));
  else {
    const problems = dnsLabel1035(version);
    if (problems.length > 0) issues.push(invalid(at, version, problems.join(",")));
  }
}

export function checkMatchResources(resources: MatchResources, at: string, issues: Issues): void {
  const { matchPolicy, namespaceSelector = {}, objectSelector = {} } = resources;
  checkOptionalOneOf(matchPolicy, `${at}.matchPolicy`, ["Equivalent", "Exact"], issues);
  checkSelector(namespaceSelector, `${at}.namespaceSelector`, issues);
  checkSelector(objectSelector, `${at}.objectSelector`, issues);
  for (const list of ["resourceRules", "excludeResourceRules"] as const) {
    for (const [index, rule] of (resources[list] ?? []).entries()) {
      checkNamedRule(rule, `${at}.${list}[${index}]`, issues);
    }
  }
}

const IDENTIFIER = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const RESERVED: ReadonlySet<string> = new Set(
  (
    "true false null in as break const continue else for function if import let loop package namespace return var void " +
    "while"
  ).split(" "),
);

function checkVariables(variables: readonly Variable[], { variables: compiled }: Composition, issues: Issues): void {
  for (const [index, { name, expression }] of variables.entries()) {
    const at = `spec.variables[${index}]`;
    if (name.trim() === "") issues.push(required(`${at}.name`, "name is not specified"));
    else if (!IDENTIFIER.test(name) || RESERVED.has(name)) {
      issues.push(invalid(`${at}.name`, name, "must be a valid CEL identifier"));
    }
    const made = compiled[index]!;
    if (expression.trim() === "") issues.push(required(`${at}.expression`, "expression is not specified"));
    else if ("problem" in made) issues.push(invalid(`${at}.expression`, expression, made.problem));
  }
}

/**
 * What both kinds of policies are made of.
 * @param count the column that tells how many rules of its own a policy has
 * @param checkSpec checks a policy; `old` is what was there before a change
 */
export function policyRules<S extends PolicySpec, T extends KubeObject & { readonly spec: S }>(
  count: Column<T>,
  checkSpec: (policy: T, old: S | undefined) => Issues,
): KindRules<T> {
  return {
    ...ofPolicies,
    columns: [
      name,
      count,
      {
        name: "ParamKind",
        type: "string",
        description: "ParamKind specifies the kind of resources used to parameterize this policy",
        value: ({ spec: { paramKind } }) =>
          paramKind === undefined ? "<unset>" : `${paramKind.apiVersion ?? ""}/${paramKind.kind ?? ""}`,
      },
      age,
    ],
    // A change is checked against what was there, so here only new objects are.
    validate: (policy) => (policy.metadata.resourceVersion === undefined ? checkSpec(policy, undefined) : []),
    validateUpdate: (policy, old) => checkSpec(policy, old.spec),
  };
}
