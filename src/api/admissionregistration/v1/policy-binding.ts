import { dnsSubdomain, pathSegment } from "../../../machinery/formats.ts";
import { forbidden, notSupported, required } from "../../../machinery/issue.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { checkFormat, checkRequiredFormat, type Issues } from "../../checks.ts";
import { age, name } from "../../columns.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type { MatchResources, ParamRef } from "../../generated/admissionregistration-v1.ts";
import type { KindRules } from "../../kind.ts";
import { checkMatchResources, ofPolicies } from "./policy.ts";

/** What both kinds of bindings have in common. */
export interface BindingSpec {
  readonly policyName?: string;
  readonly paramRef?: ParamRef;
  readonly matchResources?: MatchResources;
}

/** @param checkMore what one of the two kinds asks beyond that */
export function bindingRules<S extends BindingSpec, T extends KubeObject & { readonly spec: S }>(
  checkMore: (spec: S, issues: Issues) => void,
): KindRules<T> {
  return {
    ...ofPolicies,
    columns: [
      name,
      {
        name: "PolicyName",
        type: "string",
        description: "PolicyName indicates the policy definition which the policy binding binded to",
        value: ({ spec }) => spec.policyName ?? "",
      },
      {
        name: "ParamRef",
        type: "string",
        description: "ParamRef indicates the param resource which sets the configuration param",
        value: ({ spec }) => shownParams(spec.paramRef),
      },
      age,
    ],
    validate({ spec }) {
      const issues: Issues = [];
      const { policyName, paramRef, matchResources } = spec;
      checkRequiredFormat(policyName, "spec.policyName", dnsSubdomain, issues);
      if (paramRef !== undefined) checkParamRef(paramRef, "spec.paramRef", issues);
      if (matchResources !== undefined) checkMatchResources(matchResources, "spec.matchResources", issues);
      checkMore(spec, issues);
      return issues;
    },
  };
}

const EXCLUSIVE = "name and selector are mutually exclusive";

function checkParamRef(paramRef: ParamRef, at: string, issues: Issues): void {
  const { name = "", selector, parameterNotFoundAction = "" } = paramRef;
  if (name !== "") {
    checkFormat(name, `${at}.name`, pathSegment, issues);
    if (selector !== undefined) issues.push(forbidden(`${at}.name`, EXCLUSIVE));
  }
  if (selector !== undefined) {
    checkSelector(selector, `${at}.selector`, issues);
    if (name !== "") issues.push(forbidden(`${at}.selector`, EXCLUSIVE));
  }
  if (name === "" && selector === undefined) issues.push(required(at, "one of name or selector must be specified"));
  const here = `${at}.parameterNotFoundAction`;
  if (parameterNotFoundAction === "") issues.push(required(here));
  else if (parameterNotFoundAction !== "Deny" && parameterNotFoundAction !== "Allow") {
    issues.push(notSupported(here, parameterNotFoundAction, ["Deny", "Allow"]));
  }
}

function shownParams(paramRef: ParamRef | undefined): string {
  const { name = "", namespace = "", selector } = paramRef ?? {};
  // The table does not know whether the kind has namespaces.
  if (name !== "") return `${namespace === "" ? "*" : namespace}/${name}`;
  return selector === undefined ? "<unset>" : goText(selector);
}

/** A selector as Go prints the struct: Kubernetes shows it so. */
function goText({ matchLabels = {}, matchExpressions = [] }: NonNullable<ParamRef["selector"]>): string {
  const labels = Object.keys(matchLabels)
    .toSorted()
    .map((key) => `${key}: ${matchLabels[key]!},`);
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(" ")}],},`,
  );
  return `&LabelSelector{MatchLabels:map[string]string{${labels.join("")}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join("")}},}`;
}
