import type { Container, ResourceRequirements } from "../../api/generated/core-v1.ts";
import { formatQuantity, milliQuantityOf, quantityOf } from "../../machinery/quantity.ts";
import { milli } from "../containers/resources.ts";
import type { ContainerStatus as RuntimeContainer } from "../ports/runtime.ts";

/** The kernel's smallest quota, and what the fewest shares stand for: below them what was asked for is nearer the truth. */
const SMALLEST_LIMIT_MILLI = 10;
const SMALLEST_REQUEST_MILLI = 2;

/**
 * What a running container is held to: the figures of the specification, with those of the runtime where it tells them.
 * @param outdated what the container still has of before a resize
 */
export function actualResources(
  container: Container,
  { state, resources }: RuntimeContainer,
  outdated: ResourceRequirements | undefined,
): ResourceRequirements {
  const spec = container.resources;
  if (state !== "running") return spec;
  const limits: Record<string, string> = { ...spec.limits };
  const requests: Record<string, string> = { ...spec.requests };
  if (spec.limits !== undefined) {
    const cpu = quotaMilli(resources?.cpuQuota ?? 0, resources?.cpuPeriod ?? 0);
    if (cpu > SMALLEST_LIMIT_MILLI || (cpu > 0 && milli(limits, "cpu") > SMALLEST_LIMIT_MILLI))
      limits["cpu"] = ofMilli(cpu);
    const memory = resources?.memoryLimit ?? 0;
    if (memory > 0) limits["memory"] = formatQuantity(quantityOf(memory, "BinarySI"));
  }
  if (spec.requests !== undefined) {
    const cpu = sharesMilli(resources?.cpuShares ?? 0);
    if (cpu > SMALLEST_REQUEST_MILLI || (cpu > 0 && milli(requests, "cpu") > SMALLEST_REQUEST_MILLI)) {
      requests["cpu"] = ofMilli(cpu);
    }
    const memory = outdated?.requests?.["memory"];
    if (memory !== undefined) requests["memory"] = memory;
  }
  return {
    ...spec,
    ...(spec.limits === undefined ? {} : { limits }),
    ...(spec.requests === undefined ? {} : { requests }),
  };
}

function quotaMilli(quota: number, period: number): number {
  return quota <= 0 || period <= 0 ? 0 : Math.floor((quota * 1000) / period);
}

function sharesMilli(shares: number): number {
  return shares < 2 ? 0 : Math.ceil((shares * 1000) / 1024);
}

function ofMilli(amount: number): string {
  return formatQuantity(milliQuantityOf(amount));
}
