import { type Issue, notSupported } from "../../../machinery/issue.ts";
import { annotationIssues, labelIssues } from "../../../machinery/metadata.ts";
import type { PodTemplateSpec } from "../../generated/core-v1.ts";
import { podSpecIssues } from "./pod-spec.ts";

/** Everything that is wrong with the template of pods that run for ever. */
export function* templateIssues(template: PodTemplateSpec, field: string): Iterable<Issue> {
  yield* labelIssues(template.metadata?.labels ?? {}, `${field}.labels`);
  yield* annotationIssues(template.metadata?.annotations ?? {}, `${field}.annotations`);
  if (template.spec === undefined) return;
  yield* podSpecIssues(template.spec, `${field}.spec`);
  const { restartPolicy } = template.spec;
  if (restartPolicy !== undefined && restartPolicy !== "Always") {
    yield notSupported(`${field}.spec.restartPolicy`, restartPolicy, ["Always"]);
  }
}
