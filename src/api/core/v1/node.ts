import { byteOrder } from "../../../machinery/byte-order.ts";
import type { Mutable } from "../../../machinery/object.ts";
import type { Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import type { Node as StoredNode } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import {
  checkDeclaredFeatures,
  checkNodeAnnotations,
  checkNodeResources,
  checkPodNetworks,
  checkSwap,
  checkTaints,
  nodeUpdateIssues,
  nodeWarnings,
} from "./node-validation.ts";
import { roundResources } from "./pod-spec/resource-list.ts";

export type Node = StoredNode;

export const Node: Kind<Node> = defineKind(facts.core.v1.Node, {
  metadataChecks: { update: ["whole", "change"] },
  keepsStatusOnCreate: true,
  fields: { "spec.unschedulable": ({ spec }) => String(spec.unschedulable ?? false) },
  columns: [
    { name: "Status", type: "string", description: "The status of the node", value: statusOf },
    { name: "Roles", type: "string", description: "The roles of the node", value: rolesOf },
    age,
    { name: "Version", type: "string", value: ({ status }) => status.nodeInfo.kubeletVersion },
    { name: "Internal-IP", type: "string", priority: 1, value: (node) => addressOf(node, "InternalIP") },
    { name: "External-IP", type: "string", priority: 1, value: (node) => addressOf(node, "ExternalIP") },
    { name: "OS-Image", type: "string", priority: 1, value: ({ status }) => status.nodeInfo.osImage || "<unknown>" },
    { name: "Kernel-Version", type: "string", priority: 1, value: kernelOf },
    {
      name: "Container-Runtime",
      type: "string",
      priority: 1,
      value: ({ status }) => status.nodeInfo.containerRuntimeVersion || "<unknown>",
    },
  ],
  default(object) {
    const { spec, status } = object as unknown as Mutable<Node>;
    if (status.capacity !== undefined) status.allocatable ??= { ...status.capacity };
    sayNetworksTwice(spec);
    roundResources(status.capacity);
    roundResources(status.allocatable);
  },
  validate(node) {
    const issues: Issues = [];
    checkNodeAnnotations(node, issues);
    checkTaints(node.spec.taints ?? [], "metadata.taints", issues);
    checkNodeResources(node, issues);
    checkSwap(node, issues);
    checkDeclaredFeatures(node, issues);
    checkPodNetworks(node.spec.podCIDRs ?? [], issues);
    return issues;
  },
  validateUpdate: nodeUpdateIssues,
  validateStatusUpdate: nodeUpdateIssues,
  warnings: nodeWarnings,
  prepareForCreate: (object) => forgetConfig(object as unknown as Mutable<Node>),
  prepareForUpdate(object, old) {
    if (old.spec.configSource === undefined && old.status.config === undefined)
      forgetConfig(object as unknown as Mutable<Node>);
  },
});

/** A kubelet's configuration by objects is gone from Kubernetes; the fields stay for nodes that had it. */
function forgetConfig({ spec, status }: Mutable<Node>): void {
  delete spec.configSource;
  delete (status as Partial<Mutable<Node>>["status"])?.config;
}

/** Older clients know one network, and theirs counts if the two fields differ. */
function sayNetworksTwice(spec: Mutable<Node["spec"]>): void {
  const { podCIDR, podCIDRs } = spec;
  if (podCIDR && podCIDRs?.[0] !== podCIDR) spec.podCIDRs = [podCIDR];
  else if (podCIDRs?.[0] !== undefined) spec.podCIDR = podCIDRs[0];
}

function statusOf({ spec, status }: Node): string {
  const ready = status.conditions?.findLast(({ type }) => type === "Ready")?.status;
  const word = ready === undefined ? "Unknown" : ready === "True" ? "Ready" : "NotReady";
  return spec.unschedulable === true ? `${word},SchedulingDisabled` : word;
}

const ROLE_PREFIX = "node-role.kubernetes.io/";

function rolesOf({ metadata }: Node): string {
  const roles = new Set<string>();
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    if (key.startsWith(ROLE_PREFIX) && key !== ROLE_PREFIX) roles.add(key.slice(ROLE_PREFIX.length));
    else if (key === "kubernetes.io/role" && value !== "") roles.add(value);
  }
  return [...roles].sort(byteOrder).join(",") || "<none>";
}

function addressOf({ status }: Node, type: string): string {
  return status.addresses?.find((address) => address.type === type)?.address ?? "<none>";
}

function kernelOf({ status }: Node): string {
  const { kernelVersion, architecture } = status.nodeInfo;
  return (kernelVersion || "<unknown>") + (architecture === "" ? "" : ` (${architecture})`);
}
