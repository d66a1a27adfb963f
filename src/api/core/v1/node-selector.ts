import { dnsSubdomain, labelValue, qualifiedName } from "../../../machinery/formats.ts";
import { forbidden, invalid, required } from "../../../machinery/issue.ts";
import { checkFormat, type Issues } from "../../checks.ts";
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from "../../generated/core-v1.ts";

export function checkNodeSelector({ nodeSelectorTerms }: NodeSelector, at: string, issues: Issues): void {
  const terms = nodeSelectorTerms ?? [];
  if (terms.length === 0) issues.push(required(`${at}.nodeSelectorTerms`, "must have at least one node selector term"));
  for (const [index, term] of terms.entries()) checkTerm(term, `${at}.nodeSelectorTerms[${index}]`, true, issues);
}

/** @param strictValues whether values must be label values; preferences may name what no node can have. */
export function checkTerm(term: NodeSelectorTerm, at: string, strictValues: boolean, issues: Issues): void {
  for (const [index, requirement] of (term.matchExpressions ?? []).entries()) {
    checkRequirement(requirement, `${at}.matchExpressions[${index}]`, strictValues, issues);
  }
  for (const [index, requirement] of (term.matchFields ?? []).entries()) {
    checkField(requirement, `${at}.matchFields[${index}]`, issues);
  }
}

function checkRequirement(
  { key = "", operator, values = [] }: NodeSelectorRequirement,
  at: string,
  strictValues: boolean,
  issues: Issues,
): void {
  switch (operator) {
    case "In":
    case "NotIn":
      if (values.length === 0) {
        issues.push(required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
      break;
    case "Exists":
    case "DoesNotExist":
      if (values.length > 0) {
        issues.push(forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
      }
      break;
    case "Gt":
    case "Lt":
      if (values.length !== 1) {
        issues.push(required(`${at}.values`, "must be specified single value when `operator` is 'Lt' or 'Gt'"));
      }
      break;
    default:
      issues.push(invalid(`${at}.operator`, operator ?? "", "not a valid selector operator"));
  }
  checkFormat(key, `${at}.key`, qualifiedName, issues);
  if (!strictValues) return;
  for (const [index, value] of values.entries()) checkFormat(value, `${at}.values[${index}]`, labelValue, issues);
}

/** Of a node's fields only its name can be asked for. */
function checkField({ key = "", operator, values = [] }: NodeSelectorRequirement, at: string, issues: Issues): void {
  if (operator !== "In" && operator !== "NotIn") {
    issues.push(invalid(`${at}.operator`, operator ?? "", "not a valid selector operator"));
  } else if (values.length !== 1) {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    issues.push(required(`${at}.values`, detail));
  }
  if (key !== "metadata.name") return void issues.push(invalid(`${at}.key`, key, "not a valid field selector key"));
  for (const [index, value] of values.entries()) checkFormat(value, `${at}.values[${index}]`, dnsSubdomain, issues);
}
