/** What nodes tell each other, often. */
export interface Heartbeat {
  /** Who tells it. */
  readonly node: string;
  /** Of whom it has heard nothing for a while. */
  readonly silent: readonly string[];
}

/** What follows from something heard, or not heard. */
export interface NeighbourChange {
  /** Others are silent than before. */
  readonly moved: boolean;
  /** A neighbour that took this node for silent, and its addresses with it, does so no more: who asked it meanwhile has to be told. */
  readonly isBelievedAgain: boolean;
}

/** So many of a node's own beats without one of another make that silent. */
export const MOST_MISSED = 6;
const SHORTEST_MS = 500;
/** Beyond a few neighbours, beats are rarer: what a node sends stays below 50 messages a second. */
const MS_PER_NEIGHBOUR = 20;

/** How long from one beat to the next. */
export function heartbeatMs(neighbours: number): number {
  return Math.max(SHORTEST_MS, neighbours * MS_PER_NEIGHBOUR);
}

/**
 * What a node knows of its neighbours by listening. Only who has been heard can fall silent: where nothing comes through (a firewall,
 * an agent that speaks no heartbeats), Kubernetes alone decides who lives. Silence is counted in beats of one's own, so that a
 * node that was held up itself takes nobody for dead.
 */
export class Neighbours {
  readonly #own: string;
  readonly #missed = new Map<string, number>();
  /** Those that hear nothing of this node. */
  readonly #deaf = new Set<string>();

  constructor(own: string) {
    this.#own = own;
  }

  hears({ node, silent }: Heartbeat): NeighbourChange {
    const moved = this.#isSilent(node);
    this.#missed.set(node, 0);
    if (!silent.includes(this.#own)) return { moved, isBelievedAgain: this.#deaf.delete(node) };
    this.#deaf.add(node);
    return { moved, isBelievedAgain: false };
  }

  /** Time for a heartbeat of one's own. @param present the neighbours that there are: others are forgotten */
  beats(present: ReadonlySet<string>): NeighbourChange {
    let moved = false;
    let isBelievedAgain = false;
    for (const [node, missed] of this.#missed) {
      const wasSilent = this.#isSilent(node);
      if (present.has(node)) this.#missed.set(node, Math.min(missed + 1, MOST_MISSED));
      else this.#missed.delete(node);
      if (wasSilent !== this.#isSilent(node)) moved = true;
      // What it took from this node is this node's again.
      const isGone = !present.has(node) || this.#isSilent(node);
      if (isGone && this.#deaf.delete(node)) isBelievedAgain = true;
    }
    return { moved, isBelievedAgain };
  }

  silent(): readonly string[] {
    return [...this.#missed.keys()].filter((node) => this.#isSilent(node)).toSorted();
  }

  #isSilent(node: string): boolean {
    return (this.#missed.get(node) ?? 0) >= MOST_MISSED;
  }
}
