import type { IpRange } from "../base/ip-range.ts";
import type { Announcement } from "./announcements.ts";
import type { NetworkPlan, NetworkView } from "./plan.ts";

interface Waits {
  readonly signal: AbortSignal;
}

/** What others made of the kernel's network: by it, the ways to other nodes are chosen. */
export type KernelView = Pick<NetworkView, "links" | "uplink">;

/** The kernel's routes and links of this node. Calls are carried out one after another. */
export interface NetworkEngine {
  look(options: Waits): Promise<KernelView>;
  /**
   * Makes ours what is planned, and removes what is ours and not planned. Done twice, it is done once. Rejects with a sentence where
   * the kernel cannot do it.
   * @param from what was applied at last, and is there; undefined where that has to be looked at
   */
  apply(plan: NetworkPlan, from: NetworkPlan | undefined, options: Waits): Promise<void>;
  /**
   * Answers for these addresses, and for no others of the ranges; who asked before is told of those that are new.
   * @param anew whether the link is told of all of them, since others may have answered for them meanwhile
   */
  announce(
    announcements: readonly Announcement[],
    ranges: readonly IpRange[],
    options: Waits & { readonly anew: boolean },
  ): Promise<void>;
}

/** Small messages between nodes. Some get lost, and nobody is told which. */
export interface NeighbourWire {
  /** @param address of a node */
  send(address: string, message: Uint8Array): void;
  /** Called once, before anything is sent. */
  listen(hear: (message: Uint8Array) => void): void;
}
