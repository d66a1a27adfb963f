import { forbidden, type Issue } from "../../../machinery/issue.ts";
import type { Issues } from "../../checks.ts";
import type { Pod } from "../../generated/core-v1.ts";
import { checkPodAnnotations, checkProfilesAgree } from "./pod-spec/annotations.ts";
import { checkImageSpace } from "./pod-spec/containers.ts";
import { checkPodSpec } from "./pod-spec/spec.ts";

/** Everything that is wrong with a pod, whether it is new or changed. */
export function podIssues(pod: Pod): readonly Issue[] {
  const issues: Issues = [];
  const { metadata, spec } = pod;
  if (metadata.annotations !== undefined) {
    checkPodAnnotations(metadata.annotations, spec, "metadata.annotations", issues);
  }
  checkPodSpec(spec, metadata, "spec", issues);
  if (!spec.serviceAccountName) checkTokens(pod, issues);
  for (const part of ["containers", "initContainers"] as const) {
    const containers = spec[part] ?? [];
    for (let index = 0; index < containers.length; index++) {
      checkImageSpace(containers[index]!, `spec.${part}[${index}]`, issues);
    }
  }
  // What was never stored has no revision: the pod is new.
  if (metadata.resourceVersion === undefined) checkNew(pod, issues);
  return issues;
}

function checkTokens({ spec }: Pod, issues: Issues): void {
  for (const [index, { projected }] of (spec.volumes ?? []).entries()) {
    for (const [position, { serviceAccountToken }] of (projected?.sources ?? []).entries()) {
      if (serviceAccountToken === undefined) continue;
      const field = `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`;
      issues.push(forbidden(field, "must not be specified when serviceAccountName is not set"));
    }
  }
}

function checkNew(pod: Pod, issues: Issues): void {
  const { spec } = pod;
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    issues.push(forbidden("spec.ephemeralContainers", "cannot be set on create"));
  }
  if (spec.nodeName && (spec.schedulingGates?.length ?? 0) > 0) {
    issues.push(forbidden("spec.nodeName", "cannot be set until all schedulingGates have been cleared"));
  }
  if (pod.metadata.annotations !== undefined) checkProfilesAgree(pod.metadata.annotations, spec, "spec", issues);
}
