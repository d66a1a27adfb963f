import { forbidden, invalid, type Issue } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import type { Issues } from "../../checks.ts";
import type { Container, Pod, PodSpec, ResourceRequirements } from "../../generated/core-v1.ts";
import { qosClassOf, saidQosClass } from "./pod-qos.ts";
import { isSidecar } from "./pod-resources.ts";
import { MIRROR } from "./pod-spec/annotations.ts";

const ONLY_CPU_AND_MEMORY = "only cpu and memory resources are mutable";

/** What is wrong with a change of the resources of a running pod: CPU and memory of containers may change, and of the pod. */
export function resizeIssues(pod: Pod, old: Pod): readonly Issue[] {
  if (old.metadata.annotations?.[MIRROR] !== undefined) return [forbidden("[]", "static pods cannot be resized")];
  if (old.spec.os?.name === "windows") return [forbidden("[]", "windows pods cannot be resized")];
  const issues: Issues = [];
  if (saidQosClass(old) !== qosClassOf(pod.spec)) {
    const detail = "Pod QOS Class may not change as a result of resizing";
    issues.push(invalid("spec", pod.status.qosClass ?? "", detail));
  }
  const running = old.status.containerStatuses?.find(({ state }) => state.running !== undefined);
  if (running !== undefined && running.resources === undefined) {
    issues.push(forbidden("spec", "Pod running on node without support for resize"));
  }
  const { resources } = pod.spec;
  const hasPodLevel = isGiven(resources) || isGiven(old.spec.resources);
  if (hasPodLevel) checkPodLevel(pod.spec, old.spec, issues);
  if ((old.status.nodeAllocatableResourceClaimStatuses?.length ?? 0) > 0) {
    issues.push(forbidden("spec", "pods with node allocatable resource claims cannot be resized"));
  }
  if (!checkOrder(pod.spec, old.spec, issues)) return issues;
  checkContainers(pod.spec, old.spec, issues);
  // Claims of the pod as a whole are refused before.
  const isOther = (resources === undefined) !== (old.spec.resources === undefined) && resources?.claims === undefined;
  if (issues.length === 0 && !hasPodLevel && isOther) issues.push(forbidden("spec", ONLY_CPU_AND_MEMORY));
  return issues;
}

/** Resources of which none is named count as none, until at the end the whole is compared. */
function isGiven({ requests = {}, limits = {} }: ResourceRequirements = {}): boolean {
  return Object.keys(requests).length + Object.keys(limits).length > 0;
}

function checkPodLevel({ resources }: PodSpec, { resources: before }: PodSpec, issues: Issues): void {
  if (before !== undefined && resources === undefined) {
    return void issues.push(forbidden("spec.resources", "pod-level resources cannot be removed"));
  }
  if (before !== undefined && resources !== undefined) {
    for (const part of ["requests", "limits"] as const) {
      if (!isRemoved(resources[part], before[part])) continue;
      issues.push(forbidden(`spec.resources.${part}`, `pod-level resource ${part} cannot be removed`));
    }
  }
  if (!sameJson(fixedPart(resources), fixedPart(before))) {
    issues.push(forbidden("spec", `${ONLY_CPU_AND_MEMORY} at pod-level`));
  }
}

/** Tells whether the containers are still the same ones, in the same order. */
function checkOrder(spec: PodSpec, old: PodSpec, issues: Issues): boolean {
  const before = issues.length;
  for (const part of ["containers", "initContainers"] as const) {
    const now = spec[part] ?? [];
    const was = old[part] ?? [];
    if (now.length !== was.length) {
      issues.push(forbidden(`spec.${part}`, `${part} may not be added or removed on resize`));
      continue;
    }
    for (const [index, { name }] of now.entries()) {
      if (name === was[index]!.name) continue;
      issues.push(forbidden(`spec.${part}[${index}].name`, `${part} may not be renamed or reordered on resize`));
    }
  }
  return issues.length === before;
}

function checkContainers(spec: PodSpec, old: PodSpec, issues: Issues): void {
  const initContainers = spec.initContainers ?? [];
  for (const [index, container] of initContainers.entries()) {
    checkRemoved(container, old.initContainers![index]!, `spec.initContainers[${index}]`, issues);
  }
  for (const [index, container] of spec.containers.entries()) {
    checkRemoved(container, old.containers[index]!, `spec.containers[${index}]`, issues);
  }
  for (const [index, container] of spec.containers.entries()) {
    if (!sameFixedPart(container, old.containers[index]!)) {
      issues.push(forbidden("spec", ONLY_CPU_AND_MEMORY));
    }
  }
  for (const [index, container] of initContainers.entries()) {
    const was = old.initContainers![index]!;
    const at = `spec.initContainers[${index}]`;
    if (!sameFixedPart(container, was)) {
      issues.push(forbidden(at, "only cpu and memory resources for init or sidecar containers are mutable"));
    }
    if (isSidecar(container) || sameJson(container, was)) continue;
    for (const { restartPolicy } of container.resizePolicy ?? []) {
      if (restartPolicy !== "RestartContainer") continue;
      const detail = "non-sidecar init containers with a resize policy of RestartContainer cannot be resized";
      issues.push(forbidden(at, detail));
    }
  }
}

function checkRemoved({ resources }: Container, { resources: before }: Container, at: string, issues: Issues): void {
  for (const part of ["requests", "limits"] as const) {
    if (!isRemoved(resources[part], before[part])) continue;
    issues.push(forbidden(`${at}.resources.${part}`, `resource ${part} cannot be removed`));
  }
}

type List = ResourceRequirements["limits"];

function isRemoved(now: List = {}, before: List = {}): boolean {
  return Object.keys(before).some((name) => now[name] === undefined);
}

/** Resources without what a resize may change. */
function fixedPart(resources: ResourceRequirements = {}): object {
  const fixed = ({ cpu: _, memory: __, ...others }: Record<string, string> = {}) => others;
  return { requests: fixed(resources.requests), limits: fixed(resources.limits), claims: resources.claims ?? [] };
}

function sameFixedPart(container: Container, old: Container): boolean {
  return sameJson(
    { ...container, resources: fixedPart(container.resources) },
    { ...old, resources: fixedPart(old.resources) },
  );
}
