import { byteOrder } from "../../../machinery/byte-order.ts";
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

function usageOf({ status }: ResourceQuota, isShown: (name: string) => boolean): string {
  return Object.entries(status.hard ?? {})
    .filter(([name]) => isShown(name))
    .sort(([left], [right]) => byteOrder(left, right))
    .map(([name, hard]) => `${name}: ${status.used?.[name] ?? "0"}/${hard}`)
    .join(", ");
}
