import type { IpFamily } from "../base/ip.ts";
import type { Transaction } from "./diff.ts";
import type { Flow, FlowProtocol, StaleFlows } from "./flows.ts";
import type { HealthCheck, RuleSet } from "./rules.ts";

interface Waits {
  readonly signal: AbortSignal;
}

/** Carries rules out: nftables on a real node, a record on a simulated one. Calls are carried out one after another. */
export interface RuleEngine {
  /** All of the transaction or nothing. Rejects where the rules that it starts from are not there; a replacement mends it. */
  apply(transaction: Transaction, options: Waits): Promise<void>;
  /** Whether the rules are there as they were applied, and nothing else in their place. */
  holds(rules: RuleSet, options: Waits): Promise<boolean>;
  /** Takes everything away. */
  remove(families: readonly IpFamily[], options: Waits): Promise<void>;
}

/** The kernel's memory of which connection goes where. */
export interface FlowTable {
  /** The flows of UDP, or those of TCP that nobody has answered yet. */
  list(family: IpFamily, protocol: FlowProtocol, options: Waits): Promise<readonly Flow[]>;
  /** A connection of TCP that was answered in the meantime stays. */
  forget(family: IpFamily, protocol: FlowProtocol, flows: readonly StaleFlows[], options: Waits): Promise<void>;
}

/** Answers outer load balancers that ask whether this node has endpoints of a service. */
export interface HealthCheckServers {
  /** Serves these and no others. Resolves with those that could not be opened and why; they are tried again by the next call. */
  serve(checks: ReadonlyMap<string, HealthCheck>): Promise<readonly HealthCheckFailure[]>;
}

export interface HealthCheckFailure {
  /** `namespace/name` */
  readonly service: string;
  readonly port: number;
  readonly error: unknown;
}
