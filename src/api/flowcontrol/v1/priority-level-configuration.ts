import { age } from "../../columns.ts";
import type {
  LimitedPriorityLevelConfiguration,
  PriorityLevelConfiguration as StoredPriorityLevelConfiguration,
  QueuingConfiguration,
} from "../../generated/flowcontrol-v1.ts";
import { facts } from "../../generated/resources.ts";
import { type Column, defineKind, type Kind } from "../../kind.ts";
import { conditionIssues } from "./conditions.ts";
import { priorityLevelIssues } from "./priority-level-validation.ts";

export type PriorityLevelConfiguration = StoredPriorityLevelConfiguration;

export const PriorityLevelConfiguration: Kind<PriorityLevelConfiguration> = defineKind(
  facts.flowcontrol.v1.PriorityLevelConfiguration,
  {
    metadataChecks: { update: ["whole"], status: [] },
    resets: { status: ["metadata", "spec"] },
    desired: ({ spec }) => spec,
    columns: [
      { name: "Type", type: "string", value: ({ spec }) => spec.type },
      limitColumn("NominalConcurrencyShares", ({ nominalConcurrencyShares }) => nominalConcurrencyShares),
      queueColumn("Queues", ({ queues }) => queues),
      queueColumn("HandSize", ({ handSize }) => handSize),
      queueColumn("QueueLengthLimit", ({ queueLengthLimit }) => queueLengthLimit),
      age,
    ],
    validate: priorityLevelIssues,
    validateStatusUpdate: ({ status }) => conditionIssues(status.conditions ?? []),
  },
);

function limitColumn(
  name: string,
  read: (limited: LimitedPriorityLevelConfiguration) => number | undefined,
): Column<PriorityLevelConfiguration> {
  const value = ({ spec: { limited } }: PriorityLevelConfiguration) => (limited && read(limited)) ?? "<none>";
  return { name, type: "string", value };
}

function queueColumn(
  name: string,
  read: (queuing: QueuingConfiguration) => number,
): Column<PriorityLevelConfiguration> {
  return limitColumn(name, ({ limitResponse: { queuing } }) => queuing && read(queuing));
}
