import { labelValue, qualifiedName } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, required } from "../../../machinery/issue.ts";
import { labelIssues } from "../../../machinery/metadata.ts";
import type { LabelSelector } from "../../../machinery/object.ts";

/** Everything that is wrong with a label selector inside an object. */
export function* selectorIssues(selector: LabelSelector, field: string): Iterable<Issue> {
  yield* labelIssues(selector.matchLabels ?? {}, `${field}.matchLabels`);
  for (const [index, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${field}.matchExpressions[${index}]`;
    if (operator === "In" || operator === "NotIn") {
      if (values.length === 0) yield required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'");
    } else if (operator === "Exists" || operator === "DoesNotExist") {
      if (values.length > 0)
        yield forbidden(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'");
    } else yield invalid(`${at}.operator`, operator ?? "", "not a valid selector operator");
    for (const problem of qualifiedName(key ?? "")) yield invalid(`${at}.key`, key ?? "", problem);
    for (const [position, value] of values.entries()) {
      for (const problem of labelValue(value)) yield invalid(`${at}.values[${position}]`, value, problem);
    }
  }
}
