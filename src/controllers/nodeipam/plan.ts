import { formatNetwork, type IpNetwork, parseNetwork } from "../../base/ip.ts";

/** How large each node's part is. */
const NODE_PREFIX = { IPv4: 24, IPv6: 64 } as const;

/** Cuts a cluster's networks for pods into one part for each node. */
export class PodNetworks {
  readonly #ranges: readonly Range[];

  /** @param clusterNetworks such as `10.244.0.0/16`; one of each family at most. */
  constructor(clusterNetworks: readonly string[]) {
    this.#ranges = clusterNetworks.map((text) => new Range(parseNetwork(text)!));
  }

  /** Notes what a node has. */
  take(node: string, networks: readonly string[]): void {
    for (const text of networks) for (const range of this.#ranges) range.take(node, text);
  }

  /** Gives a node its parts, the same ones every time it asks; undefined where none is left. */
  allocate(node: string): readonly string[] | undefined {
    const parts = this.#ranges.map((range) => range.allocate(node));
    if (parts.every((part) => part !== undefined)) return parts;
    this.release(node);
    return undefined;
  }

  release(node: string): void {
    for (const range of this.#ranges) range.release(node);
  }
}

class Range {
  readonly #network: IpNetwork;
  readonly #prefixLength: number;
  readonly #hostBits: bigint;
  readonly #count: number;
  readonly #nodes = new Map<string, number>();
  readonly #used = new Set<number>();
  #next = 0;

  constructor(network: IpNetwork) {
    this.#network = network;
    this.#prefixLength = Math.max(NODE_PREFIX[network.family], network.prefixLength);
    this.#hostBits = BigInt((network.family === "IPv4" ? 32 : 128) - this.#prefixLength);
    this.#count = 2 ** Math.min(16, this.#prefixLength - network.prefixLength);
  }

  take(node: string, text: string): void {
    const network = parseNetwork(text);
    if (network?.family !== this.#network.family || this.#nodes.has(node)) return;
    const index = Number((network.value - this.#network.value) >> this.#hostBits);
    if (index < 0 || index >= this.#count) return;
    this.#nodes.set(node, index);
    this.#used.add(index);
  }

  allocate(node: string): string | undefined {
    const index = this.#nodes.get(node) ?? this.#free();
    if (index === undefined) return undefined;
    this.#nodes.set(node, index);
    this.#used.add(index);
    const value = this.#network.value + (BigInt(index) << this.#hostBits);
    return formatNetwork({ family: this.#network.family, value, prefixLength: this.#prefixLength });
  }

  release(node: string): void {
    const index = this.#nodes.get(node);
    if (index === undefined) return;
    this.#nodes.delete(node);
    this.#used.delete(index);
  }

  /** Goes round, so that a part that became free is not given away again at once. */
  #free(): number | undefined {
    for (let tried = 0; tried < this.#count; tried++) {
      const index = (this.#next + tried) % this.#count;
      if (this.#used.has(index)) continue;
      this.#next = (index + 1) % this.#count;
      return index;
    }
    return undefined;
  }
}
