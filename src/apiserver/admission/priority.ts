import type { Pod } from "../../api/generated/core-v1.ts";
import type { PriorityClass } from "../../api/generated/scheduling-v1.ts";
import type { Mutable } from "../../machinery/object.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

const CLASSES = "scheduling.k8s.io/priorityclasses";

/** Gives a pod the number that its priority class stands for. */
export function priority(lookup: Lookup): AdmissionPlugin {
  return {
    name: "Priority",
    admit(request) {
      if (request.kind.kind !== "Pod" || request.kind.group !== "" || request.subresource !== "") return;
      const pod = request.object as unknown as Mutable<Pod> | undefined;
      if (pod === undefined) return;
      if (request.operation === "CREATE") admitPod(request, pod, lookup);
      else if (request.operation === "UPDATE") keepPriority(pod, request.old as Pod);
    },
    validate(request) {
      if (request.kind.kind !== "PriorityClass" || request.object === undefined) return;
      const given = request.object as unknown as PriorityClass;
      if (given.globalDefault !== true) return;
      const present = defaultClass(lookup);
      if (present === undefined || (request.operation === "UPDATE" && present.metadata.name === given.metadata.name))
        return;
      throw refusal(
        request,
        `PriorityClass ${present.metadata.name} is already marked as default. Only one default can exist`,
      );
    },
  };
}

function admitPod(request: AdmissionRequest, pod: Mutable<Pod>, lookup: Lookup): void {
  const chosen = classOf(request, pod, lookup);
  const value = chosen?.value ?? 0;
  if (chosen !== undefined) pod.spec.priorityClassName = chosen.metadata.name;
  if (pod.spec.priority !== undefined && pod.spec.priority !== value) {
    throw refusal(
      request,
      `the integer value of priority (${pod.spec.priority}) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
    );
  }
  pod.spec.priority = value;
  const policy = chosen?.preemptionPolicy ?? "PreemptLowerPriority";
  if (pod.spec.preemptionPolicy !== undefined && pod.spec.preemptionPolicy !== policy) {
    throw refusal(
      request,
      `the string value of PreemptionPolicy (${pod.spec.preemptionPolicy}) must not be provided in pod spec; priority admission controller computed ${policy} from the given PriorityClass name`,
    );
  }
  pod.spec.preemptionPolicy = policy;
}

function classOf(request: AdmissionRequest, pod: Mutable<Pod>, lookup: Lookup): PriorityClass | undefined {
  const name = pod.spec.priorityClassName ?? "";
  if (name === "") return defaultClass(lookup);
  const found = lookup.get<PriorityClass>(CLASSES, name);
  if (found === undefined) throw refusal(request, `no PriorityClass with name ${name} was found`);
  return found;
}

function defaultClass(lookup: Lookup): PriorityClass | undefined {
  const defaults = lookup.list<PriorityClass>(CLASSES).filter((found) => found.globalDefault === true);
  // Two may stand together after a race: Kubernetes takes the lower one.
  return defaults.toSorted((a, b) => a.value - b.value)[0];
}

function keepPriority(pod: Mutable<Pod>, old: Pod): void {
  if (pod.spec.priority === undefined && old.spec.priority !== undefined) pod.spec.priority = old.spec.priority;
  if (pod.spec.preemptionPolicy === undefined && old.spec.preemptionPolicy !== undefined) {
    pod.spec.preemptionPolicy = old.spec.preemptionPolicy;
  }
}
