import type { Pod, Toleration } from "../../api/generated/core-v1.ts";
import type { RuntimeClass } from "../../api/generated/node-v1.ts";
import { givenEmpty } from "../../machinery/given-empty.ts";
import type { Mutable } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { failure } from "../../machinery/status.ts";
import type { AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import type { Lookup } from "./lookup.ts";
import { refusal } from "./refusal.ts";

/** Gives a pod what its RuntimeClass says: the overhead of its sandbox, and where such sandboxes can run. */
export function runtimeClass(lookup: Lookup): AdmissionPlugin {
  return {
    name: "RuntimeClass",
    admit(request) {
      const pod = newPod(request);
      if (pod === undefined) return;
      const chosen = classOf(request, pod, lookup);
      const overhead = chosen?.overhead?.podFixed;
      if (chosen?.overhead !== undefined) {
        if (pod.spec.overhead !== undefined && !sameJson(pod.spec.overhead, overhead ?? {})) {
          throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
        }
        if (overhead !== undefined) pod.spec.overhead = { ...overhead };
      }
      if (chosen?.scheduling !== undefined) place(request, pod, chosen.scheduling);
    },
    validate(request) {
      const pod = newPod(request);
      if (pod === undefined) return;
      const chosen = classOf(request, pod, lookup);
      if (chosen?.overhead === undefined) {
        if (pod.spec.overhead === undefined && givenEmpty(pod.spec, "overhead") === undefined) return;
        const why = "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead";
        throw refusal(request, why);
      }
      if (!sameJson(chosen.overhead.podFixed ?? {}, pod.spec.overhead ?? {})) {
        throw refusal(request, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
      }
    },
  };
}

function newPod({ operation, kind, subresource, object }: AdmissionRequest): Mutable<Pod> | undefined {
  if (operation !== "CREATE" || kind.group !== "" || kind.kind !== "Pod" || subresource !== "") return undefined;
  return object as unknown as Mutable<Pod> | undefined;
}

function classOf(request: AdmissionRequest, { spec }: Mutable<Pod>, lookup: Lookup): RuntimeClass | undefined {
  const { runtimeClassName } = spec;
  if (runtimeClassName === undefined) return undefined;
  if (runtimeClassName === "") throw failure(500, "", "resource name may not be empty");
  const found = lookup.get<RuntimeClass>("node.k8s.io/runtimeclasses", runtimeClassName);
  if (found === undefined) {
    throw refusal(request, `pod rejected: RuntimeClass ${JSON.stringify(runtimeClassName)} not found`);
  }
  return found;
}

function place(
  request: AdmissionRequest,
  pod: Mutable<Pod>,
  scheduling: NonNullable<RuntimeClass["scheduling"]>,
): void {
  const wanted = pod.spec.nodeSelector ?? {};
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    if (wanted[key] === undefined || wanted[key] === value) continue;
    const ours = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}`;
    throw refusal(request, `conflict: ${ours}; pod.spec.nodeSelector[${key}] = ${wanted[key]}`);
  }
  const nodeSelector = { ...wanted, ...scheduling.nodeSelector };
  if (Object.keys(nodeSelector).length > 0) pod.spec.nodeSelector = nodeSelector;
  const tolerations = merged(pod.spec.tolerations ?? [], scheduling.tolerations ?? []);
  if (tolerations.length > 0) pod.spec.tolerations = [...tolerations];
}

/** One that another one covers is left out; of equal ones the first stays. */
function merged(own: readonly Toleration[], more: readonly Toleration[]): readonly Toleration[] {
  const all = [...own, ...more];
  return all.filter(
    (one, index) =>
      !all.some((other, place) => place !== index && covers(other, one) && (!covers(one, other) || place < index)),
  );
}

/** Tolerates at least what the other one does. */
function covers(wide: Toleration, narrow: Toleration): boolean {
  if ((wide.key ?? "") !== (narrow.key ?? "") && !((wide.key ?? "") === "" && wide.operator === "Exists")) return false;
  if ((wide.effect ?? "") !== "" && wide.effect !== narrow.effect) return false;
  const isForever = wide.tolerationSeconds === undefined;
  if (!isForever && (narrow.tolerationSeconds ?? Infinity) > wide.tolerationSeconds) return false;
  if (wide.operator === "Exists") return true;
  return narrow.operator !== "Exists" && (wide.value ?? "") === (narrow.value ?? "");
}
