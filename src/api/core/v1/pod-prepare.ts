import { keepMetadata, OPEN_TO_UPDATES } from "../../../machinery/metadata.ts";
import type { LabelSelector, Mutable } from "../../../machinery/object.ts";
import type { Pod, PodAffinityTerm, PodSpec, PodStatus } from "../../generated/core-v1.ts";
import type { RuleContext } from "../../kind.ts";
import { fillAppArmorProfiles } from "./app-armor.ts";
import { saidQosClass } from "./pod-qos.ts";
import { sayServiceAccountTwice } from "./pod-spec/defaults.ts";

/** What the server makes of a new pod before it is checked. */
export function preparePod(pod: Mutable<Pod>, context: RuleContext): void {
  sayServiceAccountTwice(pod.spec);
  const gated = (pod.spec.schedulingGates?.length ?? 0) > 0;
  pod.status = {
    phase: "Pending",
    ...(gated ? { conditions: [gatedCondition(pod)] } : {}),
    qosClass: saidQosClass(pod),
  };
  mergeLabelKeys(pod);
  fillAppArmorProfiles(pod, context);
}

/** What may not change by an update is what it was. */
export function preparePodUpdate(pod: Mutable<Pod>, old: Pod, { subresource }: RuleContext): void {
  if (subresource === "status") prepareStatus(pod, old);
  else if (subresource === "ephemeralcontainers") {
    const { ephemeralContainers } = pod.spec;
    pod.spec = { ...structuredClone(old.spec as Mutable<PodSpec>) };
    if (ephemeralContainers === undefined) delete pod.spec.ephemeralContainers;
    else pod.spec.ephemeralContainers = ephemeralContainers;
    pod.status = old.status as Mutable<PodStatus>;
    keepMetadata(pod.metadata, old.metadata, OPEN_TO_UPDATES);
  } else if (subresource === "resize") keepAllButResources(pod, old);
}

/** Older clients know one address, and theirs counts if the two fields differ. */
export function sayAddressesTwice(status: Mutable<PodStatus>): void {
  const { podIP, podIPs } = status;
  if (podIP && podIPs?.[0]?.ip !== podIP) status.podIPs = [{ ip: podIP }];
  else if (podIPs?.[0] !== undefined) status.podIP = podIPs[0].ip;
}

function gatedCondition({ metadata }: Pod) {
  return {
    type: "PodScheduled",
    status: "False",
    lastProbeTime: null,
    lastTransitionTime: metadata.creationTimestamp,
    reason: "SchedulingGated",
    message: "Scheduling is blocked due to non-empty scheduling gates",
  };
}

/** `matchLabelKeys` of a new pod become requirements of the selectors they belong to. */
function mergeLabelKeys({ metadata, spec }: Mutable<Pod>): void {
  const labels = metadata.labels ?? {};
  for (const affinity of [spec.affinity?.podAffinity, spec.affinity?.podAntiAffinity]) {
    for (const { podAffinityTerm } of affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []) {
      mergeTerm(podAffinityTerm, labels);
    }
    for (const term of affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []) mergeTerm(term, labels);
  }
  for (const { labelSelector, matchLabelKeys } of spec.topologySpreadConstraints ?? []) {
    mergeKeys(labelSelector, matchLabelKeys, "In", labels);
  }
}

function mergeTerm(term: Mutable<PodAffinityTerm>, labels: Readonly<Record<string, string>>): void {
  mergeKeys(term.labelSelector, term.matchLabelKeys, "In", labels);
  mergeKeys(term.labelSelector, term.mismatchLabelKeys, "NotIn", labels);
}

function mergeKeys(
  selector: Mutable<LabelSelector> | undefined,
  keys: readonly string[] | undefined,
  operator: "In" | "NotIn",
  labels: Readonly<Record<string, string>>,
): void {
  if (selector === undefined) return;
  for (const key of keys ?? []) {
    const value = labels[key];
    if (value !== undefined) (selector.matchExpressions ??= []).push({ key, operator, values: [value] });
  }
}

/** Old kubelets drop what they do not know. */
function prepareStatus({ status }: Mutable<Pod>, old: Pod): void {
  if (old.status.qosClass !== undefined) status.qosClass ??= old.status.qosClass;
  if (old.status.observedGeneration !== undefined) status.observedGeneration ??= old.status.observedGeneration;
  const known = new Map<string, number[]>();
  for (const { type, observedGeneration = 0 } of old.status.conditions ?? []) {
    known.set(type, [...(known.get(type) ?? []), observedGeneration]);
  }
  for (const condition of status.conditions ?? []) {
    const generation = known.get(condition.type)?.shift() ?? 0;
    if (!condition.observedGeneration && generation > 0) condition.observedGeneration = generation;
  }
}

/** A resize brings the resources of containers and of the pod; a changed list of containers is left to be refused. */
function keepAllButResources(pod: Mutable<Pod>, old: Pod): void {
  const next = pod.spec;
  const spec = structuredClone(old.spec as Mutable<PodSpec>);
  for (const part of ["containers", "initContainers"] as const) {
    const wanted = next[part] ?? [];
    const kept = spec[part] ?? [];
    if (wanted.length !== kept.length || wanted.some(({ name }, index) => name !== kept[index]!.name)) return;
    for (const [index, { resources, resizePolicy }] of wanted.entries()) {
      kept[index]!.resources = resources;
      if (resizePolicy === undefined) delete kept[index]!.resizePolicy;
      else kept[index]!.resizePolicy = resizePolicy;
    }
  }
  if (next.resources === undefined) delete spec.resources;
  else spec.resources = next.resources;
  pod.spec = spec;
  pod.status = old.status as Mutable<PodStatus>;
  keepMetadata(pod.metadata, old.metadata, OPEN_TO_UPDATES);
}
