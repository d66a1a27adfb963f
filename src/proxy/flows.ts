import type { FlowTargets } from "./rules.ts";

/**
 * The kernel sends all packets of a flow where the first one went. A UDP client that keeps its socket would talk to an
 * endpoint that is gone for ever: its flow has to be forgotten. TCP clients notice by themselves; but a connection that was
 * tried in vain is remembered for two minutes, and a client that comes round to the same port would be sent there again.
 */
export interface Flow {
  /** Where the client sends to. */
  readonly frontend: FlowEnd;
  /** Who answers. */
  readonly endpoint: FlowEnd;
}

export interface FlowEnd {
  readonly address: string;
  readonly port: number;
}

export type FlowProtocol = (typeof FLOW_PROTOCOLS)[number];

export const FLOW_PROTOCOLS = ["udp", "tcp"] as const;

/** All flows from one frontend to one endpoint. */
export type StaleFlows = Flow;

/** Flows to a frontend that lead to none of its serving endpoints. */
export function staleFlows(protocol: FlowProtocol, flows: Iterable<Flow>, targets: FlowTargets): readonly StaleFlows[] {
  const stale = new Map<string, StaleFlows>();
  for (const { frontend, endpoint } of flows) {
    const right =
      targets.get(`${protocol} ${frontend.address} ${frontend.port}`) ?? targets.get(`${protocol} * ${frontend.port}`);
    const answering = `${endpoint.address} ${endpoint.port}`;
    if (right === undefined || right.has(answering)) continue;
    stale.set(`${frontend.address} ${frontend.port} ${answering}`, { frontend, endpoint });
  }
  return [...stale.values()];
}

/** Whether flows may have become stale between two rule sets. @param previous undefined where nothing is known of before. */
export function mayHaveStaleFlows(
  protocol: FlowProtocol,
  previous: FlowTargets | undefined,
  next: FlowTargets,
): boolean {
  if (previous === next) return false;
  for (const [frontend, endpoints] of next) {
    const before = previous?.get(frontend);
    if (before === endpoints || !frontend.startsWith(protocol)) continue;
    // Flows to a service that had no endpoints may lead anywhere.
    if (before === undefined || !before.isSubsetOf(endpoints)) return true;
  }
  return false;
}
