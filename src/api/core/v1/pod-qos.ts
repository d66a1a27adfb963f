import { addQuantities, compareQuantities, parseQuantity, type Quantity, signOf } from "../../../machinery/quantity.ts";
import type { Pod, PodSpec, PodStatus } from "../../generated/core-v1.ts";
import type { ResourceList } from "./pod-spec/resource-list.ts";

export type QosClass = "BestEffort" | "Burstable" | "Guaranteed";

/** A pod's class as its status says it, whatever that is, or else as it earns it. */
export function saidQosClass({ spec, status }: Pod): NonNullable<PodStatus["qosClass"]> {
  return status.qosClass || qosClassOf(spec);
}

/** The quality of service that a pod's CPU and memory figures earn it. */
export function qosClassOf(spec: PodSpec): QosClass {
  const requests = new Map<string, Quantity>();
  const limits = new Map<string, Quantity>();
  let guaranteed = true;
  const demands =
    spec.resources === undefined
      ? [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map((container) => container.resources)
      : [spec.resources];
  for (const resources of demands) {
    addPositive(requests, resources.requests);
    const limited = addPositive(limits, resources.limits);
    // A pod with figures of its own and no limits is held against its requests alone.
    if (limited < 2 && (spec.resources === undefined || hasAny(resources.limits))) guaranteed = false;
  }
  if (requests.size === 0 && limits.size === 0) return "BestEffort";
  if (!guaranteed || requests.size !== limits.size) return "Burstable";
  for (const [name, request] of requests) {
    const limit = limits.get(name);
    if (limit === undefined || compareQuantities(limit, request) !== 0) return "Burstable";
  }
  return "Guaranteed";
}

/** Adds what counts for the class; tells how many resources that were. */
function addPositive(total: Map<string, Quantity>, resources: ResourceList | undefined): number {
  let found = 0;
  for (const name of ["cpu", "memory"]) {
    const text = resources?.[name];
    if (text === undefined) continue;
    const amount = parseQuantity(text);
    if (signOf(amount) <= 0) continue;
    found += 1;
    const present = total.get(name);
    total.set(name, present === undefined ? amount : addQuantities(present, amount));
  }
  return found;
}

function hasAny(resources: ResourceList | undefined): boolean {
  return resources !== undefined && Object.keys(resources).length > 0;
}
