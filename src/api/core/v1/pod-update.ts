import { copyWithGivenEmpty } from "../../../machinery/given-empty.ts";
import { forbidden, invalid, type Issue, required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { type Issues } from "../../checks.ts";
import type { Container, NodeAffinity, NodeSelectorTerm, Pod, PodSpec, Toleration } from "../../generated/core-v1.ts";
import type { RuleContext } from "../../kind.ts";
import { internalForm } from "./pod-diff/internal-form.ts";
import { ephemeralDifference, specDifference } from "./pod-diff/spec-difference.ts";
import { checkTolerations } from "./pod-spec/scheduling.ts";
import { resizeIssues } from "./pod-resize.ts";
import { APPARMOR_PREFIX, checkPodAnnotations, MIRROR } from "./pod-spec/annotations.ts";

/** What is wrong with a change of a pod: nearly all of its specification stays as it was made. */
export function podUpdateIssues(pod: Pod, old: Pod, { subresource }: RuleContext): readonly Issue[] {
  const issues: Issues = [];
  if (subresource === "resize") return resizeIssues(pod, old);
  checkAnnotationsUpdate(pod, old, issues);
  if (subresource === "ephemeralcontainers") return ephemeralIssues(pod, old, issues);
  const { spec } = pod;
  for (const part of ["containers", "initContainers"] as const) {
    if (!checkImages(spec[part] ?? [], old.spec[part] ?? [], `spec.${part}`, issues)) return issues;
  }
  if (!checkDeadline(spec, old.spec, issues)) return issues;
  checkTolerationsUpdate(spec.tolerations ?? [], old.spec.tolerations ?? [], issues);
  checkGatesUpdate(spec, old.spec, issues);
  if (sameJson(spec, old.spec)) return issues;
  const rest = withoutUpdatable(spec, old.spec, issues);
  if (!sameJson(rest, old.spec)) {
    const allowed = `pod updates may not change fields other than ${UPDATABLE.join(",")}`;
    issues.push(forbidden("spec", `${allowed}\n${specDifference(old.spec, rest)}`));
  }
  return issues;
}

const UPDATABLE = [
  "`spec.containers[*].image`",
  "`spec.initContainers[*].image`",
  "`spec.activeDeadlineSeconds`",
  "`spec.tolerations` (only additions to existing tolerations)",
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
];

export function checkAnnotationsUpdate(pod: Pod, old: Pod, issues: Issues): void {
  const next = pod.metadata.annotations ?? {};
  const before = old.metadata.annotations ?? {};
  const at = "metadata.annotations";
  for (const key in before) {
    if (next[key] === before[key]) continue;
    if (key.startsWith(APPARMOR_PREFIX)) {
      issues.push(forbidden(`${at}[${key}]`, "may not remove or update AppArmor annotations"));
    }
    if (key === MIRROR) issues.push(forbidden(`${at}[${key}]`, "may not remove or update mirror pod annotation"));
  }
  for (const key in next) {
    if (key in before) continue;
    if (key.startsWith(APPARMOR_PREFIX)) issues.push(forbidden(`${at}[${key}]`, "may not add AppArmor annotations"));
    if (key === MIRROR) issues.push(forbidden(`${at}[${key}]`, "may not add mirror pod annotation"));
  }
  // Kubernetes looks at them a second time here.
  checkPodAnnotations(next, pod.spec, at, issues);
}

function ephemeralIssues(pod: Pod, old: Pod, issues: Issues): readonly Issue[] {
  const field = "spec.ephemeralContainers";
  if (old.metadata.annotations?.[MIRROR] !== undefined) {
    return [forbidden("[]", "static pods do not support ephemeral containers")];
  }
  const next = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  for (const container of old.spec.ephemeralContainers ?? []) {
    const now = next.get(container.name);
    if (now === undefined) {
      issues.push(forbidden(field, `existing ephemeral containers "${container.name}" may not be removed\n`));
    } else if (!sameJson(now, container)) {
      const detail = `existing ephemeral containers "${container.name}" may not be changed\n`;
      issues.push(forbidden(field, detail + ephemeralDifference(container, now)));
    }
  }
  return issues;
}

/** Tells whether the containers are still the same ones, so that looking on makes sense. */
function checkImages(next: readonly Container[], old: readonly Container[], at: string, issues: Issues): boolean {
  if (next.length !== old.length) {
    issues.push(forbidden(at, "pod updates may not add or remove containers"));
    return false;
  }
  for (const [index, { image = "" }] of next.entries()) {
    const field = `${at}[${index}].image`;
    if (image === "") issues.push(required(field));
    if (image.trim() !== image) issues.push(invalid(field, image, "must not have leading or trailing whitespace"));
  }
  return true;
}

function checkDeadline(spec: PodSpec, old: PodSpec, issues: Issues): boolean {
  const field = "spec.activeDeadlineSeconds";
  const { activeDeadlineSeconds: now } = spec;
  const { activeDeadlineSeconds: before } = old;
  if (now === undefined) {
    if (before !== undefined) {
      issues.push(invalid(field, null, "must not update from a positive integer to nil value"));
    }
    return true;
  }
  const most = 2 ** 31 - 1;
  if (now < 0 || now > most) {
    issues.push(invalid(field, now, `must be between 0 and ${most}, inclusive`));
    return false;
  }
  if (before !== undefined && before < now) {
    issues.push(invalid(field, now, "must be less than or equal to previous value"));
    return false;
  }
  return true;
}

/** Tolerations may be added, and their seconds may change. */
function checkTolerationsUpdate(next: readonly Toleration[], old: readonly Toleration[], issues: Issues): void {
  for (const { tolerationSeconds: _, ...toleration } of old) {
    const kept = next.some(({ tolerationSeconds: __, ...other }) => sameJson(other, toleration));
    if (kept) continue;
    const detail = "existing toleration can not be modified except its tolerationSeconds";
    return void issues.push(forbidden("spec.tolerations", detail));
  }
  // Kubernetes looks at them a second time here.
  checkTolerations(next, "spec.tolerations", issues);
}

function checkGatesUpdate(spec: PodSpec, old: PodSpec, issues: Issues): void {
  const known = new Set((old.schedulingGates ?? []).map(({ name }) => name));
  for (const [index, { name }] of (spec.schedulingGates ?? []).entries()) {
    if (known.has(name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    issues.push(forbidden(`spec.schedulingGates[${index}].name`, detail));
  }
}

type Draft = { -readonly [Name in keyof PodSpec]: PodSpec[Name] };

/** The new specification with all that may change put back to what it was. */
function withoutUpdatable(spec: PodSpec, old: PodSpec, issues: Issues): PodSpec {
  const { schedulingGates, tolerations } = old;
  const rest: Draft = copyWithGivenEmpty<PodSpec>(spec, { schedulingGates, tolerations } as Partial<PodSpec>);
  rest.containers = withImagesOf(spec.containers, old.containers);
  if (spec.initContainers !== undefined) {
    rest.initContainers = withImagesOf(spec.initContainers, old.initContainers ?? []);
  }
  putBack(rest, old, "activeDeadlineSeconds");
  if (old.terminationGracePeriodSeconds < 0 && rest.terminationGracePeriodSeconds === 1) {
    putBack(rest, old, "terminationGracePeriodSeconds");
  }
  if ((old.schedulingGates?.length ?? 0) > 0) putBackPlacement(rest, old, issues);
  return rest;
}

function withImagesOf(containers: readonly Container[], old: readonly Container[]): readonly Container[] {
  return containers.map((container, index) => {
    const image = old[index]!.image;
    return image === undefined ? container : copyWithGivenEmpty(container, { image });
  });
}

function putBack<Name extends keyof PodSpec>(rest: Draft, old: PodSpec, name: Name): void {
  if (old[name] === undefined) delete rest[name];
  else rest[name] = old[name] as Draft[Name];
}

/** While gates hold a pod back, where it may go can still be narrowed. */
function putBackPlacement(rest: Draft, old: PodSpec, issues: Issues): void {
  const { nodeSelector = {} } = rest;
  const lost = Object.entries(old.nodeSelector ?? {}).some(([key, value]) => nodeSelector[key] !== value);
  if (lost) {
    const detail = "only additions to spec.nodeSelector are allowed (no mutations or deletions)";
    issues.push(invalid("spec.nodeSelector", rest.nodeSelector ?? null, detail));
  }
  putBack(rest, old, "nodeSelector");
  const before = old.affinity?.nodeAffinity;
  const now = rest.affinity?.nodeAffinity;
  if (sameJson(before, now)) return;
  checkNodeAffinityUpdate(now, before, issues);
  const { nodeAffinity: _, ...others } = rest.affinity ?? {};
  if (before !== undefined) rest.affinity = { ...others, nodeAffinity: before };
  else if (old.affinity === undefined && Object.keys(others).length === 0) delete rest.affinity;
  else rest.affinity = others;
}

function checkNodeAffinityUpdate(
  now: NodeAffinity | undefined,
  before: NodeAffinity | undefined,
  issues: Issues,
): void {
  const oldTerms = before?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  if (oldTerms.length === 0) return;
  const terms = now?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const at = "spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms";
  if (oldTerms.length !== terms.length) {
    const detail = "no additions/deletions to non-empty NodeSelectorTerms list are allowed";
    return void issues.push(
      invalid(
        at,
        terms.map((term) => internalForm("NodeSelectorTerm", term)),
        detail,
      ),
    );
  }
  for (const [index, term] of terms.entries()) {
    if (hasOnlyAdditions(term, oldTerms[index]!)) continue;
    const shown = internalForm("NodeSelectorTerm", term);
    issues.push(invalid(`${at}[${index}]`, shown, "only additions are allowed (no mutations or deletions)"));
  }
}

function hasOnlyAdditions(term: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const parts = ["matchExpressions", "matchFields"] as const;
  // A term without requirements selects nothing: an addition would make it select something.
  if (parts.every((part) => (old[part] ?? []).length === 0))
    return parts.every((part) => (term[part] ?? []).length === 0);
  return parts.every((part) => {
    const kept = old[part] ?? [];
    return sameJson((term[part] ?? []).slice(0, kept.length), kept);
  });
}
