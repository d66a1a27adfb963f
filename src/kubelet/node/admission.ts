import type { Node, Pod, Taint, Toleration } from "../../api/generated/core-v1.ts";
import { onHostNetwork } from "../containers/names.ts";
import { milli, podTotal, value } from "../containers/resources.ts";
import type { Failure } from "../pod-life/state.ts";

/**
 * May a pod run here? The scheduler has asked before, but on an older view of the node, and pods may name their node
 * themselves. A refused pod fails; whoever made it makes another.
 * @param others the pods that run or will run on this node
 */
export function refusal(pod: Pod, node: Node, others: readonly Pod[]): Failure | undefined {
  const found = objection(pod, node, others);
  return found && { reason: found.reason, message: `Pod was rejected: ${found.message}`, refused: true };
}

/** What speaks against a pod on this node, in Kubernetes' words. */
export function objection(pod: Pod, node: Node, others: readonly Pod[]): Objection | undefined {
  const refused = (reason: string, message: string): Objection => ({ reason, message });
  const os = pod.spec.nodeSelector?.["kubernetes.io/os"];
  if (os !== undefined && os !== node.metadata.labels?.["kubernetes.io/os"]) {
    return refused(
      "PodOSSelectorNodeLabelDoesNotMatch",
      "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    );
  }
  if (pod.spec.os !== undefined && pod.spec.os.name !== node.status.nodeInfo?.operatingSystem) {
    return refused("PodOSNotSupported", "Failed to admit pod as the OS field doesn't match node OS");
  }
  const missing = missingResource(pod, node, others);
  if (missing !== undefined) return refused(...missing);
  const failed = (name: string, why: string) => refused(name, `Predicate ${name} failed: ${why}`);
  if (!selectsNode(pod, node)) return failed("NodeAffinity", "node(s) didn't match Pod's node affinity/selector");
  if (others.some((other) => shareHostPort(pod, other))) {
    return failed("NodePorts", "node(s) didn't have free ports for the requested pod ports");
  }
  const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === "NoExecute");
  if (taints.some((taint) => !(pod.spec.tolerations ?? []).some((toleration) => tolerates(toleration, taint)))) {
    return failed("TaintToleration", "node(s) had taints that the pod didn't tolerate");
  }
  return undefined;
}

export interface Objection {
  readonly reason: string;
  readonly message: string;
}

const RESOURCES = [
  { name: "cpu", reason: "OutOfcpu", read: milli },
  { name: "memory", reason: "OutOfmemory", read: value },
  { name: "ephemeral-storage", reason: "OutOfephemeral-storage", read: value },
] as const;

function missingResource(pod: Pod, node: Node, others: readonly Pod[]): [reason: string, message: string] | undefined {
  const allocatable = node.status.allocatable ?? {};
  const text = (name: string, requested: number, used: number, capacity: number) =>
    `Node didn't have enough resource: ${name}, requested: ${requested}, used: ${used}, capacity: ${capacity}`;
  const podsAllowed = value(allocatable, "pods");
  if (others.length + 1 > podsAllowed) return ["OutOfpods", text("pods", 1, others.length, podsAllowed)];
  for (const { name, reason, read } of RESOURCES) {
    const requested = podTotal(pod, "requests", name, read) ?? 0;
    if (requested === 0) continue;
    const used = others.reduce((sum, other) => sum + (podTotal(other, "requests", name, read) ?? 0), 0);
    const capacity = read(allocatable, name);
    if (requested > capacity - used) return [reason, text(name, requested, used, capacity)];
  }
  return undefined;
}

function selectsNode(pod: Pod, node: Node): boolean {
  const labels = node.metadata.labels ?? {};
  if (Object.entries(pod.spec.nodeSelector ?? {}).some(([key, wanted]) => labels[key] !== wanted)) return false;
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  if (terms === undefined || terms === null) return true;
  return terms.some(({ matchExpressions = [], matchFields = [] }) => {
    if (matchExpressions.length + matchFields.length === 0) return false;
    const field = (key: string) => (key === "metadata.name" ? node.metadata.name : undefined);
    return (
      matchExpressions.every((rule) => satisfies(rule, labels[rule.key])) &&
      matchFields.every((rule) => satisfies(rule, field(rule.key)))
    );
  });
}

function satisfies(
  rule: { readonly operator: string; readonly values?: readonly string[] },
  found: string | undefined,
): boolean {
  const values = rule.values ?? [];
  switch (rule.operator) {
    case "In":
      return found !== undefined && values.includes(found);
    case "NotIn":
      return found === undefined || !values.includes(found);
    case "Exists":
      return found !== undefined;
    case "DoesNotExist":
      return found === undefined;
    case "Gt":
      return found !== undefined && Number(found) > Number(values[0]);
    case "Lt":
      return found !== undefined && Number(found) < Number(values[0]);
    default:
      return false;
  }
}

function shareHostPort(pod: Pod, other: Pod): boolean {
  const taken = hostPorts(other);
  return hostPorts(pod).some((port) =>
    taken.some(
      (used) =>
        used.port === port.port &&
        used.protocol === port.protocol &&
        (used.ip === port.ip || used.ip === ANY_ADDRESS || port.ip === ANY_ADDRESS),
    ),
  );
}

const ANY_ADDRESS = "0.0.0.0";

function hostPorts(pod: Pod): { ip: string; port: number; protocol: string }[] {
  return [
    ...(pod.spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always"),
    ...pod.spec.containers,
  ]
    .flatMap(({ ports }) => ports ?? [])
    .map(({ hostIP = "", hostPort, containerPort, protocol = "TCP" }) => ({
      ip: hostIP === "" ? ANY_ADDRESS : hostIP,
      port: hostPort ?? (onHostNetwork(pod) ? containerPort : 0),
      protocol,
    }))
    .filter(({ port }) => port > 0);
}

function tolerates(toleration: Toleration, taint: Taint): boolean {
  if ((toleration.effect ?? "") !== "" && toleration.effect !== taint.effect) return false;
  if ((toleration.key ?? "") !== "" && toleration.key !== taint.key) return false;
  if (toleration.operator === "Exists") return true;
  return (toleration.key ?? "") !== "" && (toleration.value ?? "") === (taint.value ?? "");
}
