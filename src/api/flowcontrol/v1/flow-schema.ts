import { age } from "../../columns.ts";
import type { FlowSchema as StoredFlowSchema } from "../../generated/flowcontrol-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { conditionIssues } from "./conditions.ts";
import { flowSchemaIssues } from "./flow-schema-validation.ts";

export type FlowSchema = StoredFlowSchema;

export const FlowSchema: Kind<FlowSchema> = defineKind(facts.flowcontrol.v1.FlowSchema, {
  metadataChecks: { update: ["whole"], status: [] },
  resets: { status: ["metadata", "spec"] },
  desired: ({ spec }) => spec,
  columns: [
    { name: "PriorityLevel", type: "string", value: ({ spec }) => spec.priorityLevelConfiguration.name },
    { name: "MatchingPrecedence", type: "string", value: ({ spec }) => spec.matchingPrecedence },
    { name: "DistinguisherMethod", type: "string", value: ({ spec }) => spec.distinguisherMethod?.type ?? "<none>" },
    age,
    {
      name: "MissingPL",
      type: "string",
      description: "Whether the priority level that it names is missing",
      value: ({ status }) => status.conditions?.find(({ type }) => type === "Dangling")?.status ?? "?",
    },
  ],
  validate: flowSchemaIssues,
  validateStatusUpdate: ({ status }) => conditionIssues(status.conditions ?? []),
});
