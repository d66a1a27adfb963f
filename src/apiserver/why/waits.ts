import type { ContainerStatus, Pod } from "../../api/generated/core-v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import type { ChangeRecord } from "../../store/contract.ts";

/** What an object waits for now: what it says of itself, and what its last writer gave as the reason. */
export function waitsOf(object: KubeObject, records: readonly ChangeRecord[]): readonly string[] {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  if (deletionTimestamp !== undefined) {
    const ends = object.kind === "Pod" ? ["the kubelet of its node, which ends its containers"] : [];
    return [...finalizers.map((finalizer) => `${finalizer} to let it go`), ...ends];
  }
  if (object.kind === "Pod") return podWaits(object as Pod, records);
  return [...conditionWaits(object), ...replicaWaits(object)];
}

function podWaits(pod: Pod, records: readonly ChangeRecord[]): readonly string[] {
  const { phase, conditions = [], initContainerStatuses = [], containerStatuses = [] } = pod.status;
  if (phase === "Succeeded" || phase === "Failed") return [];
  if ((pod.spec.nodeName ?? "") === "") {
    const scheduled = conditions.find(({ type }) => type === "PodScheduled");
    if (scheduled?.status !== "False") return ["the scheduler to give it a node"];
    return [`a node: ${scheduled.message ?? scheduled.reason ?? ""}`, ...refusals(records)];
  }
  const waiting = [...initContainerStatuses, ...containerStatuses].flatMap(containerWaits);
  if (waiting.length > 0) return waiting;
  if (containerStatuses.length === 0) return [`the kubelet of ${pod.spec.nodeName} to take it up`];
  return (pod.spec.readinessGates ?? []).flatMap(({ conditionType }) => {
    const met = conditions.some(({ type, status }) => type === conditionType && status === "True");
    return met ? [] : [`somebody to set its condition ${conditionType}`];
  });
}

function containerWaits({ name, ready, started, state = {} }: ContainerStatus): readonly string[] {
  const { waiting, terminated, running } = state;
  if (waiting !== undefined) {
    const message = waiting.message === undefined ? "" : `: ${waiting.message}`;
    return [`container ${name}: ${waiting.reason ?? "waiting"}${message}`];
  }
  if (terminated !== undefined && terminated.exitCode !== 0) {
    return [`container ${name} to be started again: it ended with exit code ${terminated.exitCode}`];
  }
  if (running === undefined || ready) return [];
  return [started === false ? `container ${name} to pass its startup probe` : `container ${name} to be ready`];
}

/** Each node's reason, from the scheduler's last verdict. */
function refusals(records: readonly ChangeRecord[]): readonly string[] {
  const nodes = records.findLast(({ cause }) => cause?.facts?.["nodes"] !== undefined)?.cause?.facts?.["nodes"];
  if (typeof nodes !== "object" || nodes === null) return [];
  return Object.entries(nodes).map(
    ([node, reasons]) => `${node}: ${Array.isArray(reasons) ? reasons.join(", ") : String(reasons)}`,
  );
}

interface WithStatus {
  readonly spec?: { readonly replicas?: number };
  readonly status?: {
    readonly replicas?: number;
    readonly readyReplicas?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
  };
}

/** Conditions by which an object says that it is well. */
const GOOD = new Set(["Available", "Progressing", "Ready", "Complete"]);
/** Conditions by which it says that it is not. */
const BAD = new Set([
  "ReplicaFailure",
  "Failed",
  "MemoryPressure",
  "DiskPressure",
  "PIDPressure",
  "NetworkUnavailable",
]);

function conditionWaits(object: KubeObject): readonly string[] {
  return ((object as WithStatus).status?.conditions ?? []).flatMap(({ type, status, reason = "", message = "" }) => {
    const unwell = (GOOD.has(type) && status !== "True") || (BAD.has(type) && status === "True");
    if (!unwell) return [];
    return [`${type} is ${status}${reason === "" ? "" : ` (${reason})`}${message === "" ? "" : `: ${message}`}`];
  });
}

function replicaWaits(object: KubeObject): readonly string[] {
  const { spec, status } = object as WithStatus;
  const wanted = spec?.replicas;
  if (wanted === undefined) return [];
  const { replicas = 0, readyReplicas = 0 } = status ?? {};
  if (replicas !== wanted) return [`${wanted} replicas: there are ${replicas}`];
  return readyReplicas < wanted ? [`${wanted - readyReplicas} of its ${wanted} replicas to be ready`] : [];
}
