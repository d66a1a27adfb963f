import type { Pod, TopologySpreadConstraint } from "../../api/generated/core-v1.ts";
import { formatSelector, matches, selectorOf } from "../../machinery/labels.ts";
import type { NodeInfo } from "../node-info.ts";
import { nodeMatchesAny } from "../../api/core/v1/node-matching.ts";
import { MAX_SCORE, nodeOf, type Plugin, refuse, type View } from "../plugin.ts";
import type { PodInfo } from "../pod-info.ts";
import { untolerated } from "../../api/core/v1/tolerations.ts";

interface Constraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  /** Names the group of pods that it spreads, for counting it node by node once. */
  readonly group: string;
  readonly namespace: string;
  readonly counts: (pod: Pod) => boolean;
  /** Which nodes its domains are counted on; all that have the label where absent. */
  readonly eligible: ((info: NodeInfo) => boolean) | undefined;
}

/** What spreads pods that say nothing of it: over nodes and zones, softly. */
const HOSTNAME = "kubernetes.io/hostname";
const DEFAULTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: "topology.kubernetes.io/zone", maxSkew: 5 },
];

const MISSING_LABEL = refuse(false, "node(s) didn't match pod topology spread constraints (missing required label)");
const TOO_SKEWED = refuse(true, "node(s) didn't match pod topology spread constraints");

/** Keeps the numbers of a group's pods in the domains of a topology near each other. */
export const podTopologySpread: Plugin = {
  name: "PodTopologySpread",
  weight: 2,
  wakesOn: ["node-added", "node-labels", "node-taints", "pod-added", "pod-labels", "pod-removed"],
  forPod(info, view) {
    const written = info.pod.spec.topologySpreadConstraints ?? [];
    const hard = written
      .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "DoNotSchedule")
      .map((one) => constraintOf(one, info));
    const soft =
      written.length === 0
        ? defaultConstraints(info, view)
        : written
            .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === "ScheduleAnyway")
            .map((one) => constraintOf(one, info));
    if (hard.length === 0 && soft.length === 0) return undefined;
    const sort = hard.length === 0 ? sortOf(soft, view) : undefined;
    return {
      ...(sort === undefined ? {} : { sort }),
      ...(hard.length === 0 ? {} : { filter: filterOf(info, hard, view) }),
      ...(soft.length === 0 ? {} : scoring(soft, view, written.length === 0)),
    };
  },
};

/** Where every node is a place of its own, what is said of it depends on its own pods alone. */
function sortOf(soft: readonly Constraint[], view: View): string | undefined {
  const byNode = soft.every(
    ({ topologyKey, eligible }) =>
      eligible === undefined && (topologyKey === HOSTNAME || labelled(view.nodes, topologyKey).length === 0),
  );
  if (!byNode) return undefined;
  return JSON.stringify(soft.map(({ topologyKey, maxSkew, group }) => [topologyKey, maxSkew, group]));
}

function constraintOf(written: TopologySpreadConstraint, info: PodInfo): Constraint {
  const { pod } = info;
  const {
    topologyKey,
    maxSkew,
    minDomains = 1,
    matchLabelKeys = [],
    nodeAffinityPolicy = "Honor",
    nodeTaintsPolicy = "Ignore",
  } = written;
  const keys = matchLabelKeys.filter((key) => pod.metadata.labels?.[key] !== undefined);
  const selector = selectorOf(written.labelSelector);
  const namespace = pod.metadata.namespace ?? "";
  return {
    topologyKey,
    maxSkew,
    minDomains,
    group: `${namespace} ${formatSelector(selector)} ${keys.map((key) => `${key}=${pod.metadata.labels![key]}`).join()}`,
    namespace,
    counts: ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      matches(selector, metadata.labels ?? {}) &&
      keys.every((key) => metadata.labels?.[key] === pod.metadata.labels![key]),
    eligible:
      (nodeAffinityPolicy === "Ignore" || !choosesNodes(info)) && nodeTaintsPolicy === "Ignore"
        ? undefined
        : (node) =>
            (nodeAffinityPolicy === "Ignore" || fitsNode(info, node)) &&
            (nodeTaintsPolicy === "Ignore" || fitsTaints(pod, node)),
  };
}

function defaultConstraints(info: PodInfo, view: View): readonly Constraint[] {
  const selectors = view.kinSelectors(info.pod);
  if (selectors.length === 0) return [];
  const namespace = info.pod.metadata.namespace ?? "";
  const group = `${namespace} ${selectors.map(formatSelector).join(" ")}`;
  return DEFAULTS.map(({ topologyKey, maxSkew }) => ({
    topologyKey,
    maxSkew,
    minDomains: 1,
    group,
    namespace,
    counts: ({ metadata }) =>
      metadata.deletionTimestamp === undefined &&
      selectors.every((selector) => matches(selector, metadata.labels ?? {})),
    eligible: choosesNodes(info) ? (node) => fitsNode(info, node) : undefined,
  }));
}

function choosesNodes({ pod, nodeTerms }: PodInfo): boolean {
  return pod.spec.nodeSelector !== undefined || nodeTerms !== undefined;
}

function fitsNode({ pod, nodeTerms }: PodInfo, info: NodeInfo): boolean {
  const node = nodeOf(info);
  const selector = Object.entries(pod.spec.nodeSelector ?? {});
  return (
    selector.every(([name, value]) => node.metadata.labels?.[name] === value) &&
    (nodeTerms === undefined || nodeMatchesAny(nodeTerms, node))
  );
}

function fitsTaints(pod: Pod, info: NodeInfo): boolean {
  const hard = ({ effect }: { readonly effect?: string }) => effect === "NoSchedule" || effect === "NoExecute";
  return untolerated(nodeOf(info).spec.taints ?? [], pod.spec.tolerations ?? [], hard) === undefined;
}

/** How many of the group each domain of a topology has; domains without any count as zero. */
function countDomains(constraint: Constraint, view: View, hasAllKeys: (info: NodeInfo) => boolean) {
  const { topologyKey, group, namespace, counts, eligible } = constraint;
  const byNode = view.countByNode(group, namespace, counts);
  const domains = new Map<string, number>();
  for (const info of labelled(view.nodes, topologyKey)) {
    if (!hasAllKeys(info) || eligible?.(info) === false) continue;
    const domain = nodeOf(info).metadata.labels![topologyKey]!;
    domains.set(domain, (domains.get(domain) ?? 0) + (byNode.get(info) ?? 0));
  }
  return domains;
}

function withAllKeys(constraints: readonly Constraint[]) {
  return (info: NodeInfo) =>
    constraints.every(({ topologyKey }) => nodeOf(info).metadata.labels?.[topologyKey] !== undefined);
}

function filterOf({ pod }: PodInfo, constraints: readonly Constraint[], view: View) {
  const hasAllKeys = withAllKeys(constraints);
  const counted = constraints.map((constraint) => {
    const domains = countDomains(constraint, view, hasAllKeys);
    const fewest = domains.size < constraint.minDomains ? 0 : Math.min(...domains.values());
    return {
      ...constraint,
      domains,
      fewest: Number.isFinite(fewest) ? fewest : 0,
      self: constraint.counts(pod) ? 1 : 0,
    };
  });
  return (info: NodeInfo) => {
    const labels = nodeOf(info).metadata.labels ?? {};
    for (const { topologyKey, maxSkew, domains, fewest, self } of counted) {
      const domain = labels[topologyKey];
      if (domain === undefined) return MISSING_LABEL;
      if ((domains.get(domain) ?? 0) + self - fewest > maxSkew) return TOO_SKEWED;
    }
    return undefined;
  };
}

function scoring(constraints: readonly Constraint[], view: View, byDefault: boolean) {
  const hasAllKeys = byDefault ? () => true : withAllKeys(constraints);
  const hosts = labelled(view.nodes, HOSTNAME);
  const named = byDefault ? hosts : hosts.filter(hasAllKeys);
  // A topology that no node has says nothing of any.
  const known = constraints.filter(({ topologyKey }) => labelled(view.nodes, topologyKey).length > 0);
  const counted = known.map((constraint) => {
    // Every node is its own domain there: they need not be put together first.
    const byNode =
      constraint.topologyKey === HOSTNAME
        ? view.countByNode(constraint.group, constraint.namespace, constraint.counts)
        : undefined;
    const domains = byNode === undefined ? countDomains(constraint, view, hasAllKeys) : undefined;
    const size = domains?.size ?? countOn(named, constraint.eligible);
    const count = (info: NodeInfo, domain: string) => byNode?.get(info) ?? domains?.get(domain) ?? 0;
    // Topologies of many domains must not outweigh those of few.
    return { ...constraint, count, weight: Math.log(size + 2) };
  });
  const IGNORED = -1;
  return {
    score(info: NodeInfo): number {
      if (!hasAllKeys(info)) return IGNORED;
      const labels = nodeOf(info).metadata.labels ?? {};
      let total = 0;
      for (const { topologyKey, count, weight, maxSkew } of counted) {
        const domain = labels[topologyKey];
        if (domain !== undefined) total += count(info, domain) * weight + (maxSkew - 1);
      }
      return Math.round(total);
    },
    normalize(scores: readonly number[]): readonly number[] {
      let least = Infinity;
      let most = -Infinity;
      for (const score of scores) {
        if (score === IGNORED) continue;
        if (score < least) least = score;
        if (score > most) most = score;
      }
      return scores.map((score) => {
        if (score === IGNORED) return 0;
        return most === 0 ? MAX_SCORE : Math.floor((MAX_SCORE * (most + least - score)) / most);
      });
    },
  };
}

function countOn(nodes: readonly NodeInfo[], eligible: Constraint["eligible"]): number {
  return eligible === undefined ? nodes.length : nodes.filter(eligible).length;
}

const byLabel = new WeakMap<readonly NodeInfo[], Map<string, readonly NodeInfo[]>>();

/** The nodes with a label: looked for once for each list of nodes, not for each pod. */
function labelled(nodes: readonly NodeInfo[], label: string): readonly NodeInfo[] {
  let known = byLabel.get(nodes);
  if (known === undefined) byLabel.set(nodes, (known = new Map()));
  let found = known.get(label);
  if (found === undefined) {
    found = nodes.filter((info) => nodeOf(info).metadata.labels?.[label] !== undefined);
    known.set(label, found);
  }
  return found;
}
