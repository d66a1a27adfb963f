import type {
  FlowSchemaSpec,
  NonResourcePolicyRule,
  PriorityLevelConfigurationSpec,
  QueuingConfiguration,
  ResourcePolicyRule,
  Subject,
} from "../../generated/flowcontrol-v1.ts";

/** A priority level with a share of the server of its own; without queues, what is beyond the share is rejected. */
export function limited(
  nominalConcurrencyShares: number,
  lendablePercent: number,
  queuing?: QueuingConfiguration,
): PriorityLevelConfigurationSpec {
  const limitResponse = queuing === undefined ? { type: "Reject" } : { type: "Queue", queuing };
  return { type: "Limited", limited: { nominalConcurrencyShares, limitResponse, lendablePercent } };
}

/** Where requests of these subjects go, if they ask for this. */
export function flow(
  level: string,
  matchingPrecedence: number,
  method: "ByUser" | "ByNamespace" | undefined,
  subjects: readonly Subject[],
  requests: Requests = EVERYTHING,
): FlowSchemaSpec {
  return {
    priorityLevelConfiguration: { name: level },
    matchingPrecedence,
    ...(method === undefined ? {} : { distinguisherMethod: { type: method } }),
    rules: [{ subjects, ...requests }],
  };
}

export interface Requests {
  readonly resourceRules?: readonly ResourcePolicyRule[];
  readonly nonResourceRules?: readonly NonResourcePolicyRule[];
}

const ALL = ["*"];

const EVERYTHING: Requests = {
  resourceRules: [{ verbs: ALL, apiGroups: ALL, resources: ALL, clusterScope: true, namespaces: ALL }],
  nonResourceRules: [{ verbs: ALL, nonResourceURLs: ALL }],
};

export function groups(...names: readonly string[]): readonly Subject[] {
  return names.map((name) => ({ kind: "Group", group: { name } }));
}
