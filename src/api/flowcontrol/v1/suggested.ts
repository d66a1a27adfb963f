import type { FlowSchemaSpec, PriorityLevelConfigurationSpec, Subject } from "../../generated/flowcontrol-v1.ts";
import { flow, groups, limited } from "./specs.ts";

/** What a cluster begins with beyond what is mandatory, and keeps unless somebody says otherwise. By name. */
export const suggestedLevels: ReadonlyMap<string, PriorityLevelConfigurationSpec> = new Map([
  ["system", limited(30, 33, queues(64, 6))],
  ["node-high", limited(40, 25, queues(64, 6))],
  ["leader-election", limited(10, 0, queues(16, 4))],
  ["workload-high", limited(40, 50, queues(128, 6))],
  ["workload-low", limited(100, 90, queues(128, 6))],
  ["global-default", limited(20, 50, queues(128, 6))],
]);

function queues(count: number, handSize: number) {
  return { queues: count, handSize, queueLengthLimit: 50 };
}

const NODES = groups("system:nodes");
const EVERYBODY = groups("system:unauthenticated", "system:authenticated");
const SYSTEM_ACCOUNTS: readonly Subject[] = [
  { kind: "ServiceAccount", serviceAccount: { namespace: "kube-system", name: "*" } },
];

export const suggestedSchemas: ReadonlyMap<string, FlowSchemaSpec> = new Map([
  ["system-nodes", flow("system", 500, "ByUser", NODES)],
  ["system-node-high", flow("node-high", 400, "ByUser", NODES, { resourceRules: [nodes(), leases("*")] })],
  ["probes", flow("exempt", 2, undefined, EVERYBODY, probes("/healthz", "/readyz", "/livez"))],
  [
    "system-leader-election",
    flow(
      "leader-election",
      100,
      "ByUser",
      [...users("system:kube-controller-manager", "system:kube-scheduler"), ...SYSTEM_ACCOUNTS],
      { resourceRules: [leases("get", "create", "update")] },
    ),
  ],
  ["kube-controller-manager", flow("workload-high", 800, "ByNamespace", users("system:kube-controller-manager"))],
  ["kube-scheduler", flow("workload-high", 800, "ByNamespace", users("system:kube-scheduler"))],
  ["kube-system-service-accounts", flow("workload-high", 900, "ByNamespace", SYSTEM_ACCOUNTS)],
  ["service-accounts", flow("workload-low", 9_000, "ByUser", groups("system:serviceaccounts"))],
  ["global-default", flow("global-default", 9_900, "ByUser", EVERYBODY)],
]);

function users(...names: readonly string[]): readonly Subject[] {
  return names.map((name) => ({ kind: "User", user: { name } }));
}

function nodes() {
  return { verbs: ["*"], apiGroups: [""], resources: ["nodes", "nodes/status"], clusterScope: true, namespaces: ["*"] };
}

function leases(...verbs: readonly string[]) {
  return { verbs, apiGroups: ["coordination.k8s.io"], resources: ["leases"], namespaces: ["*"] };
}

function probes(...nonResourceURLs: readonly string[]) {
  return { nonResourceRules: [{ verbs: ["get"], nonResourceURLs }] };
}
