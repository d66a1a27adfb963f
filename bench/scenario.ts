import type { Load } from "./load/load.ts";
import type { Running, Side } from "./sides/side.ts";

/**
 * One thing that is measured, on Wherry and on the real Kubernetes in the very same way. A scenario knows neither side: it asks
 * the API, sends load, and reads the processes' CPU and memory.
 */
export interface Scenario {
  /** What it is called on the command line. */
  readonly name: string;
  readonly what: string;
  readonly needs: Needs;
  measure(turn: Turn): Promise<readonly Reading[]>;
}

/** What has to run before a scenario is measured. */
export interface Needs {
  /** `api`: the API server and its store. `scheduler`: that beside it. `whole`: all loops and the nodes' kubelets too. */
  readonly plane: "api" | "scheduler" | "whole";
  /** `shared`: what other scenarios left behind does no harm; `fresh`: each turn begins with an empty cluster. */
  readonly state: "shared" | "fresh";
  /** How many simulated nodes, for `whole`. */
  readonly nodes?: number;
}

/** One round of one scenario on one side. */
export interface Turn {
  readonly side: Side["name"];
  readonly running: Running;
  readonly load: Load;
  /** From 0. Names what a round makes, so that rounds on one cluster do not meet. */
  readonly round: number;
  readonly signal: AbortSignal;
  /** Marks the part that a profile is taken of; without it, all of the turn is. */
  profiled<T>(work: () => Promise<T>): Promise<T>;
}

/** More a second is better; less of everything else. */
export type Unit = "/s" | "s" | "ms" | "µs" | "MB" | "% of a core";

export interface Reading {
  readonly what: string;
  readonly value: number;
  readonly unit: Unit;
}
