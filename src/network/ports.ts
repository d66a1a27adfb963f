import type { IpRange } from "../base/ip-range.ts";
import type { Announcement } from "./announcements.ts";
import type { LinkRoute, NetworkPlan, NetworkView } from "./plan.ts";

interface Waits {
  readonly signal: AbortSignal;
}

/** The kernel's routes and links of this node. Calls are carried out one after another. */
export interface NetworkEngine {
  /** What others made: by it, the ways to other nodes are chosen. */
  look(options: Waits): Promise<{ readonly links: readonly LinkRoute[]; readonly uplink: NetworkView["uplink"] }>;
  /**
   * Makes ours what is planned, and removes what is ours and not planned. Done twice, it is done once. Rejects with a sentence where
   * the kernel cannot do it.
   */
  apply(plan: NetworkPlan, options: Waits): Promise<void>;
  /**
   * Answers for these addresses, and for no others of the ranges; who asked before is told of those that are new.
   */
  announce(announcements: readonly Announcement[], ranges: readonly IpRange[], options: Waits): Promise<void>;
}
