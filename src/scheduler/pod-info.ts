import type { NodeSelectorTerm, Pod, PodAffinityTerm, Volume } from "../api/generated/core-v1.ts";
import { everything, matches, nothing, type Selector, selectorOf } from "../machinery/labels.ts";
import { parseTime } from "../machinery/time.ts";
import { podRequests, type Resources } from "./resources.ts";

/** What scheduling reads of a pod, worked out once for each version of it. */
export interface PodInfo {
  readonly pod: Pod;
  readonly key: string;
  readonly requests: Resources;
  /** The same with assumed figures where nothing was asked, for comparing nodes. */
  readonly assumed: Resources;
  readonly hostPorts: readonly HostPort[];
  readonly priority: number;
  readonly createdMs: number;
  readonly affinity: readonly AffinityTerm[];
  readonly antiAffinity: readonly AffinityTerm[];
  readonly preferredAffinity: readonly WeightedTerm[];
  readonly preferredAntiAffinity: readonly WeightedTerm[];
  readonly nodeTerms: readonly NodeSelectorTerm[] | undefined;
  /** In the order of its volumes; most pods have none. */
  readonly claims: readonly ClaimUse[];
  /** Its volumes that are disks of a sort that goes to one place at a time. */
  readonly disks: readonly Volume[];
}

/** A claim that a pod uses. */
export interface ClaimUse {
  readonly name: string;
  readonly key: string;
  /** Made for this pod alone, by a volume of type `ephemeral`. */
  readonly isOwn: boolean;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

/** A term of inter-pod affinity, ready to be matched. */
export interface AffinityTerm {
  readonly topologyKey: string;
  readonly selector: Selector;
  readonly namespaces: ReadonlySet<string>;
  /** Chooses namespaces by their labels; undefined where only `namespaces` counts. */
  readonly namespaceSelector: Selector | undefined;
}

export interface WeightedTerm {
  readonly weight: number;
  readonly term: AffinityTerm;
}

/** The labels of a namespace, for terms that choose namespaces by them. */
export type NamespaceLabels = (namespace: string) => Readonly<Record<string, string>>;

const known = new WeakMap<Pod, PodInfo>();

export function podInfo(pod: Pod): PodInfo {
  let info = known.get(pod);
  if (info === undefined) known.set(pod, (info = make(pod)));
  return info;
}

export function termMatches(term: AffinityTerm, pod: Pod, namespaceLabels: NamespaceLabels): boolean {
  const namespace = pod.metadata.namespace ?? "";
  const inNamespace =
    term.namespaces.has(namespace) ||
    (term.namespaceSelector !== undefined && matches(term.namespaceSelector, namespaceLabels(namespace)));
  return inNamespace && matches(term.selector, pod.metadata.labels ?? {});
}

function make(pod: Pod): PodInfo {
  const { spec, metadata } = pod;
  const { podAffinity, podAntiAffinity, nodeAffinity } = spec.affinity ?? {};
  const term = (written: PodAffinityTerm) => affinityTerm(written, pod);
  const weighted = (list: readonly { weight: number; podAffinityTerm: PodAffinityTerm }[] | undefined) =>
    (list ?? []).map(({ weight, podAffinityTerm }) => ({ weight, term: term(podAffinityTerm) }));
  return {
    pod,
    key: `${metadata.namespace}/${metadata.name}`,
    requests: podRequests(spec, false),
    assumed: podRequests(spec, true),
    hostPorts: hostPortsOf(pod),
    priority: spec.priority ?? 0,
    createdMs: parseTime(metadata.creationTimestamp),
    affinity: (podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    antiAffinity: (podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map(term),
    preferredAffinity: weighted(podAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    preferredAntiAffinity: weighted(podAntiAffinity?.preferredDuringSchedulingIgnoredDuringExecution),
    nodeTerms: nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms,
    claims: claimsOf(pod),
    disks: (spec.volumes ?? []).filter(isDisk),
  };
}

function claimsOf({ spec, metadata }: Pod): readonly ClaimUse[] {
  const claims: ClaimUse[] = [];
  for (const { name: volume, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    const name = persistentVolumeClaim?.claimName ?? (ephemeral && `${metadata.name}-${volume}`);
    if (name === undefined) continue;
    claims.push({ name, key: `${metadata.namespace}/${name}`, isOwn: persistentVolumeClaim === undefined });
  }
  return claims;
}

function isDisk({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: Volume): boolean {
  return (gcePersistentDisk ?? awsElasticBlockStore ?? iscsi ?? rbd) !== undefined;
}

function affinityTerm(written: PodAffinityTerm, pod: Pod): AffinityTerm {
  const own = (written.namespaces?.length ?? 0) === 0 && written.namespaceSelector === undefined;
  return {
    topologyKey: written.topologyKey,
    selector: written.labelSelector === undefined ? nothing : selectorOf(withKeys(written, pod)),
    namespaces: new Set(own ? [pod.metadata.namespace ?? ""] : written.namespaces),
    namespaceSelector:
      written.namespaceSelector === undefined ? undefined : orEverything(selectorOf(written.namespaceSelector)),
  };
}

function orEverything(selector: Selector): Selector {
  return selector ?? everything;
}

/** `matchLabelKeys` take their values from the pod itself. */
function withKeys(written: PodAffinityTerm, pod: Pod) {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = written;
  if (matchLabelKeys.length === 0 && mismatchLabelKeys.length === 0) return labelSelector;
  const present = (key: string) => pod.metadata.labels?.[key] !== undefined;
  const requirement = (operator: "In" | "NotIn") => (key: string) => ({
    key,
    operator,
    values: [pod.metadata.labels![key]!],
  });
  return {
    ...labelSelector,
    matchExpressions: [
      ...(labelSelector?.matchExpressions ?? []),
      ...matchLabelKeys.filter(present).map(requirement("In")),
      ...mismatchLabelKeys.filter(present).map(requirement("NotIn")),
    ],
  };
}

function hostPortsOf({ spec }: Pod): readonly HostPort[] {
  const sidecars = (spec.initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
  return [...spec.containers, ...sidecars].flatMap((container) =>
    (container.ports ?? [])
      .filter(({ hostPort }) => hostPort !== undefined && hostPort > 0)
      .map(({ hostPort, hostIP, protocol }) => ({
        ip: hostIP || "0.0.0.0",
        protocol: protocol ?? "TCP",
        port: hostPort!,
      })),
  );
}
