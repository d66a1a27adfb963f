import { duplicate, type Issue, required } from "../../../machinery/issue.ts";

/** A status tells each type of condition once. */
export function* conditionIssues(conditions: readonly { readonly type?: string }[]): Iterable<Issue> {
  const types = new Set<string>();
  for (const [index, { type = "" }] of conditions.entries()) {
    const at = `status.conditions[${index}].type`;
    if (types.has(type)) yield duplicate(at, type);
    types.add(type);
    if (type === "") yield required(at);
  }
}
