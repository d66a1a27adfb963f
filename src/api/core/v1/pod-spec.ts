import { dnsLabel } from "../../../machinery/formats.ts";
import { duplicate, invalid, type Issue, required } from "../../../machinery/issue.ts";
import type { PodSpec } from "../../generated/core-v1.ts";

/** Everything that is wrong with the specification of a pod. */
export function* podSpecIssues(spec: PodSpec, field: string): Iterable<Issue> {
  if ((spec.containers ?? []).length === 0) yield required(`${field}.containers`);
  const names = new Set<string>();
  for (const [index, container] of (spec.containers ?? []).entries()) {
    const at = `${field}.containers[${index}]`;
    const name = container.name ?? "";
    if (name === "") yield required(`${at}.name`);
    else for (const problem of dnsLabel(name)) yield invalid(`${at}.name`, name, problem);
    if (names.has(name)) yield duplicate(`${at}.name`, name);
    names.add(name);
    if ((container.image ?? "") === "") yield required(`${at}.image`);
  }
}
