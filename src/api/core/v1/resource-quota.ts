import { byteOrder } from "../../../machinery/byte-order.ts";
import { compareQuantities, parseQuantity } from "../../../machinery/quantity.ts";
import { age } from "../../columns.ts";
import type { ResourceQuota as StoredResourceQuota } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkResourceQuota, checkResourceQuotaStatus, checkResourceQuotaUpdate } from "./resource-quota-validation.ts";

export type ResourceQuota = StoredResourceQuota;

export const ResourceQuota: Kind<ResourceQuota> = defineKind(facts.core.v1.ResourceQuota, {
  answersDeleted: true,
  validate: checkResourceQuota,
  validateUpdate: checkResourceQuotaUpdate,
  validateStatusUpdate: checkResourceQuotaStatus,
  warnings: (quota, old) => (old === undefined ? requestsAboveLimits(quota) : []),
  columns: [
    {
      name: "Request",
      type: "string",
      description: "What may be requested, and how much of it is.",
      value: (quota) => usageOf(quota, (name) => !name.startsWith("limits.")),
    },
    {
      name: "Limit",
      type: "string",
      description: "What limits may add up to, and how much they do.",
      value: (quota) => usageOf(quota, (name) => name.startsWith("limits.")),
    },
    age,
  ],
});

function* requestsAboveLimits({ spec: { hard = {} } }: ResourceQuota): Iterable<string> {
  for (const name of ["cpu", "memory", "storage", "ephemeral-storage"]) {
    const bare = name === "cpu" || name === "memory" ? [name] : [];
    const request = [`requests.${name}`, ...bare].find((candidate) => hard[candidate] !== undefined);
    const limit = `limits.${name}`;
    if (request === undefined || hard[limit] === undefined) continue;
    if (compareQuantities(parseQuantity(hard[request]!), parseQuantity(hard[limit])) <= 0) continue;
    yield `ResourceQuota ${request} (${hard[request]}) should be less than ${limit} (${hard[limit]})`;
  }
}

function usageOf({ status }: ResourceQuota, isShown: (name: string) => boolean): string {
  return Object.entries(status.hard ?? {})
    .filter(([name]) => isShown(name))
    .sort(([left], [right]) => byteOrder(left, right))
    .map(([name, hard]) => `${name}: ${status.used?.[name] ?? "0"}/${hard}`)
    .join(", ");
}
