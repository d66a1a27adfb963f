import type { Mutable } from "../../../machinery/object.ts";
import type { LimitRange as StoredLimitRange } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkLimitRange } from "./limit-range-validation.ts";

export type LimitRange = StoredLimitRange;

export const LimitRange: Kind<LimitRange> = defineKind(facts.core.v1.LimitRange, {
  metadataChecks: { update: ["whole"] },
  allowsCreateOnUpdate: true,
  prepareForCreate(object, { newUid }) {
    const { metadata } = object as unknown as Mutable<LimitRange>;
    // Alone among all kinds it needs no name.
    if (metadata.name === "") metadata.name = newUid();
  },
  validate: checkLimitRange,
  default(object) {
    for (const item of (object as unknown as Mutable<LimitRange>).spec.limits ?? []) {
      if (item.type !== "Container") continue;
      const limits = { ...item.max, ...item.default };
      const requests = { ...item.min, ...limits, ...item.defaultRequest };
      if (Object.keys(limits).length > 0) item.default = limits;
      if (Object.keys(requests).length > 0) item.defaultRequest = requests;
    }
  },
});
