import type { FlowSchemaSpec, PriorityLevelConfigurationSpec } from "../../generated/flowcontrol-v1.ts";
import { flow, groups, limited } from "./specs.ts";

/** What every API server has: nobody may write them otherwise, but for the figures of the exempt level. By name. */
export const mandatoryLevels: ReadonlyMap<string, PriorityLevelConfigurationSpec> = new Map([
  ["catch-all", limited(5, 0)],
  ["exempt", { type: "Exempt", exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }],
]);

export const mandatorySchemas: ReadonlyMap<string, FlowSchemaSpec> = new Map([
  ["exempt", flow("exempt", 1, undefined, groups("system:masters"))],
  ["catch-all", flow("catch-all", 10_000, "ByUser", groups("system:unauthenticated", "system:authenticated"))],
]);
