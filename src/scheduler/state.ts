import type { Namespace, Node, Pod } from "../api/generated/core-v1.ts";
import { sameJson } from "../machinery/same-json.ts";
import { NodeInfo } from "./node-info.ts";
import type { NamespaceLabels, PodInfo } from "./pod-info.ts";
import { podInfo } from "./pod-info.ts";
import type { NodeCounts, View } from "./plugin.ts";
import type { VolumeView } from "./volumes/view.ts";

/** So many different groups of pods are counted node by node; the one not asked for longest is forgotten. */
const MOST_COUNTERS = 2_000;

const NONE: readonly PodInfo[] = [];

interface Counter {
  readonly namespace: string;
  readonly counts: (pod: Pod) => boolean;
  readonly byNode: Map<NodeInfo, number>;
}

/**
 * The cluster as the scheduler sees it: what the informers told, and the pods that it has decided on and that are not
 * bound yet. Decisions are made on it synchronously, so it needs no copies.
 */
export class SchedulerState implements View {
  readonly #byName = new Map<string, NodeInfo>();
  /** Which node each pod is counted on. */
  readonly #placed = new Map<string, { readonly node: NodeInfo; readonly info: PodInfo }>();
  /** The pods that wait for room made for them, by the node's name. */
  readonly #nominated = new Map<string, readonly PodInfo[]>();
  readonly #counters = new Map<string, Counter>();
  readonly #namespaces = new Map<string, Readonly<Record<string, string>>>();
  readonly affinityNodes = new Set<NodeInfo>();
  readonly antiAffinityNodes = new Set<NodeInfo>();
  readonly #claimUsers = new Map<string, number>();
  readonly kinSelectors: View["kinSelectors"];
  readonly volumes: VolumeView;
  #nodes: NodeInfo[] | undefined;
  #versions = new Uint32Array();

  constructor(kinSelectors: View["kinSelectors"], volumes: VolumeView) {
    this.kinSelectors = kinSelectors;
    this.volumes = volumes;
  }

  /** The nodes that exist, in the order in which they came. */
  get nodes(): readonly NodeInfo[] {
    return (this.#nodes ??= this.#listNodes());
  }

  get versions(): Uint32Array {
    return this.#versions;
  }

  readonly namespaceLabels: NamespaceLabels = (name) => this.#namespaces.get(name) ?? {};

  node(name: string): NodeInfo | undefined {
    return this.#byName.get(name);
  }

  setNode(node: Node): void {
    const info = this.#ensure(node.metadata.name);
    const before = info.node;
    info.setNode(node);
    // What is known of all nodes together is known of this list of them: their labels and their images.
    const isAlike =
      before !== undefined &&
      sameJson(before.metadata.labels, node.metadata.labels) &&
      sameJson(before.status.images, node.status.images);
    if (isAlike) this.#touch(info);
    else this.#nodes = undefined;
  }

  removeNode(name: string): void {
    const info = this.#byName.get(name);
    if (info === undefined) return;
    info.setNode(undefined);
    if (info.pods.size === 0) this.#byName.delete(name);
    this.#nodes = undefined;
  }

  /** Counts a pod on the node that it has, or is about to have. */
  place(pod: Pod, nodeName: string): void {
    const info = podInfo(pod);
    this.displace(info.key);
    const node = this.#ensure(nodeName);
    node.add(info);
    this.#touch(node);
    this.#placed.set(info.key, { node, info });
    this.#note(node, info, 1);
  }

  displace(key: string): void {
    const placed = this.#placed.get(key);
    if (placed === undefined) return;
    this.#placed.delete(key);
    placed.node.remove(key);
    this.#touch(placed.node);
    this.#note(placed.node, placed.info, -1);
  }

  isPlaced(key: string): boolean {
    return this.#placed.has(key);
  }

  /** Keeps room on a node for a pod that waits; it replaces what was kept for it before. */
  nominate(pod: Pod, nodeName: string): void {
    const info = podInfo(pod);
    this.withdraw(info.key);
    this.#nominated.set(nodeName, [...(this.#nominated.get(nodeName) ?? []), info]);
  }

  /** Whether room was kept for the pod. */
  withdraw(key: string): boolean {
    for (const [nodeName, pods] of this.#nominated) {
      const left = pods.filter((other) => other.key !== key);
      if (left.length === pods.length) continue;
      if (left.length === 0) this.#nominated.delete(nodeName);
      else this.#nominated.set(nodeName, left);
      return true;
    }
    return false;
  }

  nominatedTo({ node }: NodeInfo): readonly PodInfo[] {
    return (this.#nominated.size === 0 ? undefined : this.#nominated.get(node?.metadata.name ?? "")) ?? NONE;
  }

  setNamespace({ metadata }: Namespace): void {
    this.#namespaces.set(metadata.name, metadata.labels ?? {});
  }

  removeNamespace(name: string): void {
    this.#namespaces.delete(name);
  }

  claimUsers(key: string): number {
    return this.#claimUsers.get(key) ?? 0;
  }

  countByNode(group: string, namespace: string, counts: (pod: Pod) => boolean): NodeCounts {
    const present = this.#counters.get(group);
    if (present !== undefined) {
      this.#counters.delete(group);
      this.#counters.set(group, present);
      return present.byNode;
    }
    const byNode = new Map<NodeInfo, number>();
    for (const node of this.#byName.values()) {
      let count = 0;
      for (const { pod } of node.pods.values()) if (pod.metadata.namespace === namespace && counts(pod)) count += 1;
      if (count > 0) byNode.set(node, count);
    }
    this.#counters.set(group, { namespace, counts, byNode });
    if (this.#counters.size > MOST_COUNTERS) this.#counters.delete(this.#counters.keys().next().value!);
    return byNode;
  }

  #listNodes(): NodeInfo[] {
    const nodes = [...this.#byName.values()].filter(({ node }) => node !== undefined);
    this.#versions = new Uint32Array(nodes.length);
    for (const [index, node] of nodes.entries()) node.index = index;
    return nodes;
  }

  #touch({ index }: NodeInfo): void {
    if (this.#nodes?.[index] !== undefined) this.#versions[index]! += 1;
  }

  #ensure(name: string): NodeInfo {
    let info = this.#byName.get(name);
    if (info === undefined) this.#byName.set(name, (info = new NodeInfo()));
    return info;
  }

  #note(node: NodeInfo, { pod, claims }: PodInfo, sign: 1 | -1): void {
    for (const { key } of claims) {
      const users = this.claimUsers(key) + sign;
      if (users === 0) this.#claimUsers.delete(key);
      else this.#claimUsers.set(key, users);
    }
    setMember(this.affinityNodes, node, node.withAffinity.size > 0);
    setMember(this.antiAffinityNodes, node, node.withAntiAffinity.size > 0);
    for (const { namespace, counts, byNode } of this.#counters.values()) {
      if (namespace === pod.metadata.namespace && counts(pod)) byNode.set(node, (byNode.get(node) ?? 0) + sign);
    }
  }
}

function setMember<T>(set: Set<T>, member: T, is: boolean): void {
  if (is) set.add(member);
  else set.delete(member);
}
