import { labelValue, qualifiedName } from "../../../machinery/formats.ts";
import { forbidden, invalid, required } from "../../../machinery/issue.ts";
import { labelIssues } from "../../../machinery/metadata.ts";
import type { LabelSelector } from "../../../machinery/object.ts";
import { checkFormat, type Issues } from "../../checks.ts";

export function checkSelector(selector: LabelSelector, at: string, issues: Issues): void {
  const { matchLabels, matchExpressions = [] } = selector;
  if (matchLabels !== undefined) checkLabels(matchLabels, `${at}.matchLabels`, issues);
  for (const [index, { key = "", operator, values = [] }] of matchExpressions.entries()) {
    const here = `${at}.matchExpressions[${index}]`;
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0) {
        issues.push(required(`${here}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
      }
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0) {
        const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
        issues.push(forbidden(`${here}.values`, detail));
      }
    } else issues.push(invalid(`${here}.operator`, operator ?? "", "not a valid selector operator"));
    checkFormat(key, `${here}.key`, qualifiedName, issues);
    for (const [position, value] of values.entries()) {
      checkFormat(value, `${here}.values[${position}]`, labelValue, issues);
    }
  }
}

export function checkLabels(labels: Readonly<Record<string, string>>, at: string, issues: Issues): void {
  for (const issue of labelIssues(labels, at)) issues.push(issue);
}
