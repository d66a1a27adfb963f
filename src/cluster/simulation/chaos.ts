import { integerBelow, type Random } from "../../base/random.ts";
import type { FaultRates } from "../../host/sim/faults/rates.ts";
import type { SimulatedNode } from "../simulated-nodes.ts";
import type { World } from "../testing.ts";

/** How often something happens, in one round of chaos. */
const NODE_FAILS = 0.03;
const NODE_RETURNS = 0.04;
const CONTAINER_CRASHES = 0.15;
const PLANE_CRASHES = 0.02;
const WEATHER_TURNS = 0.1;

const LONGEST_OUTAGE_MS = 5_000;

/** Breaks nodes, containers, disks, connections and the control plane, and mends them again. */
export class Chaos {
  readonly #world: World;
  readonly #random: Random;

  constructor(world: World) {
    this.#world = world;
    this.#random = world.random.stream("chaos");
  }

  async act(): Promise<void> {
    const { nodes, faults } = this.#world;
    if (this.#happens(WEATHER_TURNS)) faults.set(this.#weather());
    for (const node of nodes) if (!node.alive && this.#happens(NODE_RETURNS)) this.#bringBack(node);
    const node = nodes[integerBelow(this.#random, nodes.length)]!;
    if (node.alive && this.#happens(NODE_FAILS)) {
      if (this.#happens(0.5)) node.crash();
      else node.killKubelet();
    }
    if (node.alive && this.#happens(CONTAINER_CRASHES)) await this.#crashContainer(node);
    if (this.#happens(PLANE_CRASHES)) await this.#world.crash(LONGEST_OUTAGE_MS * this.#random.next());
  }

  /** All is well again. */
  stop(): void {
    this.#world.faults.off();
    for (const node of this.#world.nodes) if (!node.alive) this.#bringBack(node);
  }

  /** The kubelet registers its node in its own time. */
  #bringBack(node: SimulatedNode): void {
    void node.start().catch(() => {});
  }

  async #crashContainer({ node }: SimulatedNode): Promise<void> {
    const running = (await node.runtime.containers()).filter(({ state }) => state === "running");
    const victim = running[integerBelow(this.#random, running.length)];
    if (victim !== undefined) node.runtime.crash(victim.id);
  }

  /** Any fault may be absent, rare or frequent. */
  #weather(): Partial<FaultRates> {
    const rate = (most: number) => (this.#happens(0.5) ? 0 : most * this.#random.next());
    return {
      conflict: rate(0.1),
      serverError: rate(0.05),
      lostAnswer: rate(0.05),
      droppedWatch: rate(0.05),
      staleWatch: rate(0.1),
      expiredWatch: rate(0.02),
      slowCommit: rate(0.3),
      failedCommit: rate(0.05),
    };
  }

  #happens(rate: number): boolean {
    return this.#random.next() < rate;
  }
}
