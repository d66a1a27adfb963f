import { labelValue } from "../../../../machinery/formats.ts";
import type { PodAffinity, PodSpec } from "../../../generated/core-v1.ts";
import { OLD_NODE_LABELS, termWarnings } from "../node-labels.ts";

const NO_SELECTOR = "a null labelSelector results in matching no pod";

export function* placementWarnings(spec: PodSpec, at: string): Iterable<string> {
  for (const key in spec.nodeSelector) {
    if (OLD_NODE_LABELS[key] !== undefined) yield `${at}.nodeSelector[${key}]: ${OLD_NODE_LABELS[key]}`;
  }
  const affinity = spec.affinity?.nodeAffinity;
  const must = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const here = `${at}.affinity.nodeAffinity`;
  for (const [index, term] of must.entries()) {
    yield* termWarnings(term, `${here}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`);
  }
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { preference }] of preferred.entries()) {
    const place = `${here}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`;
    yield* termWarnings(preference, place, labelValue);
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const place = `${at}.topologySpreadConstraints[${index}]`;
    const message = OLD_NODE_LABELS[topologyKey];
    if (message !== undefined) yield `${place}.topologyKey: ${topologyKey} is ${message}`;
    if (labelSelector === undefined) yield `${place}.labelSelector: ${NO_SELECTOR}`;
  }
}

export function* affinityWarnings(affinity: PodAffinity, at: string): Iterable<string> {
  for (const [index, { labelSelector }] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    if (labelSelector !== undefined) continue;
    yield `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${NO_SELECTOR}`;
  }
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { podAffinityTerm }] of preferred.entries()) {
    if (podAffinityTerm.labelSelector !== undefined) continue;
    const here = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector`;
    yield `${here}: ${NO_SELECTOR}`;
  }
}
