import { parseNetwork } from "../../../base/ip.ts";
import { byteLength, labelValue, qualifiedName } from "../../../machinery/formats.ts";
import {
  duplicate,
  forbidden,
  internalIssue,
  invalid,
  type Issue,
  notSupported,
  required,
} from "../../../machinery/issue.ts";
import type { OwnerReference } from "../../../machinery/object.ts";
import { checkNetwork, networkWarnings } from "../../addresses.ts";
import { checkFormat, checkPositive, type Issues } from "../../checks.ts";
import type { Node, Taint } from "../../generated/core-v1.ts";
import { unmarshalList, unmarshalProblem } from "../../unmarshal-problem.ts";
import { checkResourceAmount } from "./pod-spec/resources.ts";

const EFFECTS = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

const OLD_TAINTS = "scheduler.alpha.kubernetes.io/taints";
const AVOID_PODS = "scheduler.alpha.kubernetes.io/preferAvoidPods";

/** Annotations from before there were fields: nobody heeds them, and Kubernetes checks them still. */
export function checkNodeAnnotations({ metadata: { annotations = {} } }: Node, issues: Issues): void {
  const at = "metadata.annotations";
  const taints = annotations[OLD_TAINTS];
  if (taints) {
    const types = { key: "string", value: "string", effect: "core.TaintEffect" };
    const read = unmarshalList<Taint>(taints, "core.Taint", types);
    if (typeof read === "string") issues.push(invalid(at, OLD_TAINTS, read));
    else checkTaints(read, `${at}.${OLD_TAINTS}`, issues);
  }
  const avoided = annotations[AVOID_PODS];
  if (!avoided) return;
  const problem = unmarshalProblem(avoided, "object", "v1.AvoidPods");
  if (problem !== undefined) return void issues.push(invalid(`${at}.AvoidPods`, AVOID_PODS, problem));
  const { preferAvoidPods } = (JSON.parse(avoided) as AvoidPods | null) ?? {};
  if (!Array.isArray(preferAvoidPods)) return;
  for (const [index, entry] of (preferAvoidPods as readonly AvoidedPod[]).entries()) {
    const signature = `${at}.${AVOID_PODS}[${index}].PodSignature`;
    const owner = entry?.podSignature?.podController ?? undefined;
    if (owner === undefined) issues.push(required(signature));
    else if (owner.controller === false) {
      issues.push(invalid(`${signature}.PodController.Controller`, false, "must point to a controller"));
    }
  }
}

/** As somebody wrote it. */
interface AvoidPods {
  readonly preferAvoidPods?: unknown;
}

type AvoidedPod = { readonly podSignature?: { readonly podController?: OwnerReference | null } | null } | null;

export function checkTaints(taints: readonly Partial<Taint>[], at: string, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { key = "", value = "", effect = "", timeAdded }] of taints.entries()) {
    const here = `${at}[${index}]`;
    checkFormat(key, `${here}.key`, qualifiedName, issues);
    const problems = labelValue(value);
    if (problems.length > 0) issues.push(invalid(`${here}.value`, value, problems.join(";")));
    if (!effect) issues.push(required(`${here}.effect`));
    else if (!EFFECTS.includes(effect)) issues.push(notSupported(`${here}.effect`, effect, EFFECTS));
    const pair = `${key} ${effect}`;
    if (seen.has(pair)) {
      const shown = { Key: key, Value: value, Effect: effect, TimeAdded: timeAdded ?? null };
      const { body, ...issue } = duplicate(here, shown);
      issues.push({ ...issue, body: `${body}: taints must be unique by key and effect pair` });
    }
    seen.add(pair);
  }
}

export function checkNodeResources({ status }: Node, issues: Issues): void {
  for (const part of ["capacity", "allocatable"] as const) {
    for (const [name, amount] of Object.entries(status[part] ?? {})) {
      checkResourceAmount(name, amount, `status.${part}.${name}`, issues);
    }
  }
}

export function checkSwap({ status }: Node, issues: Issues): void {
  const capacity = status.nodeInfo.swap?.capacity;
  if (capacity !== undefined) checkPositive(capacity, "metadata.nodeSwapStatus.capacity", issues);
}

const FEATURE = /^[A-Z][a-zA-Z0-9]*(\/[a-zA-Z][a-zA-Z0-9]*)*$/;

export function checkDeclaredFeatures({ status }: Node, issues: Issues): void {
  const features = status.declaredFeatures ?? [];
  for (const [index, feature] of features.entries()) {
    const at = `status.declaredFeatures[${index}]`;
    if (byteLength(feature) > 253) {
      const detail = `invalid feature name "${feature}": must be no more than 253 characters`;
      issues.push(invalid(at, feature, detail));
    } else if (!FEATURE.test(feature)) {
      const detail = `invalid feature name "${feature}": must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`;
      issues.push(invalid(at, feature, detail));
    }
    const next = features[index + 1];
    if (next === undefined) continue;
    const nextAt = `status.declaredFeatures[${index + 1}]`;
    if (next === feature) issues.push(duplicate(nextAt, next));
    else if (next < feature) issues.push(invalid(nextAt, next, "list must be sorted alphabetically"));
  }
}

/** At most one network of pods for each family of addresses. */
export function checkPodNetworks(networks: readonly string[], issues: Issues): void {
  const at = "spec.podCIDRs";
  for (const [index, network] of networks.entries()) checkNetwork(network, `${at}[${index}]`, issues);
  if (networks.length < 2) return;
  const families = new Set(networks.map((network) => parseNetwork(network)?.family));
  const bad = networks.findIndex((network) => parseNetwork(network) === undefined);
  if (bad >= 0) {
    const why = `invalid CIDR[${bad}]: <nil> (invalid CIDR address: ${networks[bad]})`;
    issues.push(internalIssue(at, `invalid PodCIDRs. failed to check with dual stack with error:${why}`));
  }
  if (bad >= 0 || networks.length > 2 || families.size < 2) {
    issues.push(invalid(at, networks, "may specify no more than one CIDR for each IP family"));
  }
}

/** What is wrong with a change of a node, by whichever way it comes. */
export function nodeUpdateIssues(node: Node, old: Node): readonly Issue[] {
  const issues: Issues = [];
  checkNodeAnnotations(node, issues);
  checkNodeResources(node, issues);
  checkDeclaredFeatures(node, issues);
  const seen = new Set<string>();
  for (const [index, address] of (node.status.addresses ?? []).entries()) {
    const key = `${address.type} ${address.address}`;
    if (seen.has(key)) {
      const shown = { Type: address.type, Address: address.address };
      issues.push(duplicate(`status.addresses[${index}]`, shown));
    }
    seen.add(key);
  }
  checkFixed(node, old, issues);
  checkTaints(node.spec.taints ?? [], "metadata.taints", issues);
  if ((node.spec.externalID ?? "") !== (old.spec.externalID ?? "")) {
    issues.push(forbidden("spec.externalID", "may not be updated"));
  }
  return issues;
}

/** What is given once and stays. */
function checkFixed({ spec }: Node, { spec: old }: Node, issues: Issues): void {
  const networks = spec.podCIDRs ?? [];
  const before = old.podCIDRs ?? [];
  const fixed = (what: string) => `node updates may not change ${what} except from "" to valid`;
  if (before.length > 0) {
    const changes =
      before.length !== networks.length ? 1 : before.filter((network, i) => network !== networks[i]).length;
    for (let count = 0; count < changes; count++) issues.push(forbidden("spec.podCIDRs", fixed("podCIDR")));
  }
  if (old.providerID && old.providerID !== spec.providerID) {
    issues.push(forbidden("spec.providerID", fixed("providerID")));
  }
}

export function* nodeWarnings({ spec }: Node): Iterable<string> {
  if (spec.configSource !== undefined) yield "spec.configSource: the feature is removed";
  if (spec.externalID) yield "spec.externalID: this field is deprecated, and is unused by Kubernetes";
  for (const [index, network] of (spec.podCIDRs ?? []).entries()) {
    yield* networkWarnings(network, `spec.podCIDRs[${index}]`);
  }
}
