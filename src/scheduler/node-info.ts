import type { Node } from "../api/generated/core-v1.ts";
import type { PodInfo } from "./pod-info.ts";
import { parseResources, type Resources } from "./resources.ts";

/** A node and what runs on it, kept up to date pod by pod. */
export class NodeInfo {
  /** Its place in the newest list of nodes. */
  index = -1;
  #node: Node | undefined;
  #allocatable: Resources = {};
  readonly pods = new Map<string, PodInfo>();
  /** Those of `pods` with required or preferred terms: few, and asked for often. */
  readonly withAffinity = new Set<PodInfo>();
  readonly withAntiAffinity = new Set<PodInfo>();
  readonly requested: Record<string, number> = {};
  readonly assumed: Record<string, number> = {};
  /** How many of its pods use a host port, by `protocol/ip/port`. */
  readonly hostPorts = new Map<string, number>();
  /** Sizes of images that are here, by every name. */
  #images: ReadonlyMap<string, number> = new Map();

  get node(): Node | undefined {
    return this.#node;
  }

  get allocatable(): Resources {
    return this.#allocatable;
  }

  get images(): ReadonlyMap<string, number> {
    return this.#images;
  }

  /** Pods may be seen on a node before the node itself, and after it is gone. */
  setNode(node: Node | undefined): void {
    this.#node = node;
    this.#allocatable = parseResources(node?.status.allocatable ?? node?.status.capacity);
    this.#images = new Map(
      (node?.status.images ?? []).flatMap(({ names, sizeBytes = 0 }) =>
        (names ?? []).map((name) => [name, sizeBytes] as const),
      ),
    );
  }

  add(pod: PodInfo): void {
    this.pods.set(pod.key, pod);
    this.#count(pod, 1);
    if (pod.affinity.length + pod.preferredAffinity.length + pod.preferredAntiAffinity.length > 0)
      this.withAffinity.add(pod);
    if (pod.antiAffinity.length > 0) this.withAntiAffinity.add(pod);
  }

  remove(key: string): void {
    const pod = this.pods.get(key);
    if (pod === undefined) return;
    this.pods.delete(key);
    this.withAffinity.delete(pod);
    this.withAntiAffinity.delete(pod);
    this.#count(pod, -1);
  }

  /** The same node with some of its pods gone and others come. */
  supposing(gone: Iterable<string>, come: Iterable<PodInfo>): NodeInfo {
    const copy = new NodeInfo();
    copy.setNode(this.#node);
    for (const pod of this.pods.values()) copy.add(pod);
    for (const key of gone) copy.remove(key);
    for (const pod of come) copy.add(pod);
    return copy;
  }

  #count(pod: PodInfo, sign: 1 | -1): void {
    for (const name in pod.requests) this.requested[name] = (this.requested[name] ?? 0) + sign * pod.requests[name]!;
    for (const name in pod.assumed) this.assumed[name] = (this.assumed[name] ?? 0) + sign * pod.assumed[name]!;
    for (const { protocol, ip, port } of pod.hostPorts) {
      const name = `${protocol}/${ip}/${port}`;
      const count = (this.hostPorts.get(name) ?? 0) + sign;
      if (count === 0) this.hostPorts.delete(name);
      else this.hostPorts.set(name, count);
    }
  }
}
