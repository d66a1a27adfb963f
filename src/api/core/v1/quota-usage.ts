import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  quantityOf,
  roundUpQuantity,
} from "../../../machinery/quantity.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { parseTime } from "../../../machinery/time.ts";
import type {
  PersistentVolumeClaim,
  Pod,
  ResourceQuota,
  ScopedResourceSelectorRequirement,
  Service,
} from "../../generated/core-v1.ts";
import type { Kind } from "../../kind.ts";
import { containerResources } from "./pod-resources.ts";
import { saidQosClass } from "./pod-qos.ts";

/** Amounts by the names that quotas give them: `requests.cpu`, `count/deployments.apps`. */
export type Usage = ReadonlyMap<string, Quantity>;

type Resource = Pick<Kind, "group" | "plural">;

/** What one object uses of a namespace's quotas. */
export function usageOf(resource: Resource, object: KubeObject, nowMs: number): Usage {
  const usage = new Map([[countName(resource), ONE]]);
  if (resource.group !== "") return usage;
  switch (resource.plural) {
    case "pods":
      return podUsage(object as Pod, usage, nowMs);
    case "services":
      return serviceUsage(object as Service, usage);
    case "persistentvolumeclaims":
      return claimUsage(object as PersistentVolumeClaim, usage);
    case "configmaps":
    case "secrets":
    case "resourcequotas":
    case "replicationcontrollers":
      return usage.set(resource.plural, ONE);
    default:
      return usage;
  }
}

/** Whether more than an object's being there counts: its content. */
export function countsByContent({ group, plural }: Resource): boolean {
  return group === "" && BY_CONTENT.has(plural);
}

const BY_CONTENT: ReadonlySet<string> = new Set(["pods", "services", "persistentvolumeclaims"]);

/** Whether a quota counts an object: one with scopes counts pods alone, and of those the ones that it means. */
export function quotaCounts({ spec }: ResourceQuota, resource: Resource, object: KubeObject): boolean {
  const requirements = [
    ...(spec.scopes ?? []).map((scopeName): ScopedResourceSelectorRequirement => ({ scopeName, operator: "Exists" })),
    ...(spec.scopeSelector?.matchExpressions ?? []),
  ];
  if (requirements.length === 0) return true;
  const isPod = resource.group === "" && resource.plural === "pods";
  return isPod && requirements.every((requirement) => isInScope(requirement, object as Pod));
}

/** Whether objects of a kind can use what a quota limits under this name. */
export function isUsedBy(name: string, resource: Resource): boolean {
  if (name === countName(resource)) return true;
  if (resource.group !== "") return false;
  switch (resource.plural) {
    case "pods":
      return POD_RESOURCES.has(name) || name.startsWith("hugepages-") || isExtended(name);
    case "services":
      return name === "services" || name.startsWith("services.");
    case "persistentvolumeclaims":
      return ["persistentvolumeclaims", "requests.storage"].some(
        (end) => name === end || name.endsWith(`${CLASS_PART}${end}`),
      );
    default:
      return ALIASES.has(resource.plural) && name === resource.plural;
  }
}

/** The sum of several usages, as texts; only the names asked for, each of which is there. */
export function sumUsage(names: Iterable<string>, usages: Iterable<Usage>): Record<string, string> {
  const total = new Map<string, Quantity>([...names].map((name) => [name, ZERO]));
  for (const usage of usages) {
    for (const [name, amount] of usage) {
      const sum = total.get(name);
      if (sum !== undefined) total.set(name, addQuantities(sum, amount));
    }
  }
  return Object.fromEntries([...total].map(([name, amount]) => [name, formatQuantity(amount)]));
}

const ZERO = quantityOf(0);
const ONE = quantityOf(1);
const CLASS_PART = ".storageclass.storage.k8s.io/";
const CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class";
const ALIASES: ReadonlySet<string> = new Set(["configmaps", "secrets", "resourcequotas", "replicationcontrollers"]);
const POD_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

function countName({ group, plural }: Resource): string {
  return group === "" ? `count/${plural}` : `count/${plural}.${group}`;
}

/** What only some nodes have: limited by requests alone. Storage is a claim's. */
function isExtended(name: string): boolean {
  if (!name.startsWith("requests.") || POD_RESOURCES.has(name) || name === "requests.storage") return false;
  return !name.includes(CLASS_PART);
}

function podUsage(pod: Pod, usage: Map<string, Quantity>, nowMs: number): Usage {
  if (!usesResources(pod, nowMs)) return usage;
  usage.set("pods", ONE);
  for (const [name, amount] of podAmounts(pod, "requests")) {
    usage.set(name, amount);
    usage.set(`requests.${name}`, amount);
  }
  for (const [name, amount] of podAmounts(pod, "limits")) usage.set(`limits.${name}`, amount);
  return usage;
}

/** A pod that has ended, or should have long ago, uses nothing. */
function usesResources({ metadata, status }: Pod, nowMs: number): boolean {
  if (status.phase === "Failed" || status.phase === "Succeeded") return false;
  const { deletionTimestamp, deletionGracePeriodSeconds = 0 } = metadata;
  return deletionTimestamp === undefined || nowMs <= parseTime(deletionTimestamp) + deletionGracePeriodSeconds * 1000;
}

function podAmounts({ spec }: Pod, part: "requests" | "limits"): Usage {
  const amounts = new Map(containerResources(spec, part));
  for (const [name, text] of Object.entries(spec.resources?.[part] ?? {})) amounts.set(name, parseQuantity(text));
  for (const [name, text] of Object.entries(spec.overhead ?? {})) {
    const present = amounts.get(name);
    if (part === "requests") amounts.set(name, addQuantities(present ?? ZERO, parseQuantity(text)));
    else if (present !== undefined && compareQuantities(present, ZERO) > 0)
      amounts.set(name, addQuantities(present, parseQuantity(text)));
  }
  return amounts;
}

function serviceUsage({ spec }: Service, usage: Map<string, Quantity>): Usage {
  const ports = spec.ports ?? [];
  const isBalanced = spec.type === "LoadBalancer";
  const hasOwn = spec.type === "NodePort" || (isBalanced && spec.allocateLoadBalancerNodePorts !== false);
  const asked = isBalanced ? ports.filter(({ nodePort = 0 }) => nodePort !== 0).length : 0;
  usage.set("services", ONE);
  usage.set("services.loadbalancers", isBalanced ? ONE : ZERO);
  usage.set("services.nodeports", quantityOf(hasOwn ? ports.length : asked));
  return usage;
}

function claimUsage({ metadata, spec }: PersistentVolumeClaim, usage: Map<string, Quantity>): Usage {
  const storageClass = metadata.annotations?.[CLASS_ANNOTATION] ?? spec.storageClassName ?? "";
  const text = spec.resources?.requests?.["storage"];
  usage.set("persistentvolumeclaims", ONE);
  if (text !== undefined) usage.set("requests.storage", roundUpQuantity(parseQuantity(text), 0));
  if (storageClass === "") return usage;
  for (const name of ["persistentvolumeclaims", "requests.storage"]) {
    const amount = usage.get(name);
    if (amount !== undefined) usage.set(`${storageClass}${CLASS_PART}${name}`, amount);
  }
  return usage;
}

function isInScope({ scopeName, operator, values = [] }: ScopedResourceSelectorRequirement, pod: Pod): boolean {
  const { spec } = pod;
  switch (scopeName) {
    case "Terminating":
      return spec.activeDeadlineSeconds !== undefined;
    case "NotTerminating":
      return spec.activeDeadlineSeconds === undefined;
    case "BestEffort":
      return saidQosClass(pod) === "BestEffort";
    case "NotBestEffort":
      return saidQosClass(pod) !== "BestEffort";
    case "PriorityClass": {
      const { priorityClassName = "" } = spec;
      if (operator === "Exists") return priorityClassName !== "";
      if (operator === "DoesNotExist") return priorityClassName === "";
      return values.includes(priorityClassName) === (operator === "In");
    }
    case "CrossNamespacePodAffinity":
      return reachesOtherNamespaces(spec);
    default:
      return false;
  }
}

function reachesOtherNamespaces({ affinity }: Pod["spec"]): boolean {
  const terms = [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((part) => [
    ...(part?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(part?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ]);
  return terms.some(
    ({ namespaces = [], namespaceSelector }) => namespaces.length > 0 || namespaceSelector !== undefined,
  );
}
