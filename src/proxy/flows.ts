/**
 * The kernel sends all packets of a flow where the first one went. A UDP client that keeps its socket would talk to an
 * endpoint that is gone for ever: its flow has to be forgotten. TCP clients notice by themselves.
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

/** All flows from one frontend to one endpoint. */
export type StaleFlows = Flow;

/** Flows to a frontend of a UDP service that lead to none of its serving endpoints. @param datagrams of the rule set. */
export function staleFlows(
  flows: Iterable<Flow>,
  datagrams: ReadonlyMap<string, ReadonlySet<string>>,
): readonly StaleFlows[] {
  const stale = new Map<string, StaleFlows>();
  for (const { frontend, endpoint } of flows) {
    const right = datagrams.get(`${frontend.address} ${frontend.port}`) ?? datagrams.get(`* ${frontend.port}`);
    const answering = `${endpoint.address} ${endpoint.port}`;
    if (right === undefined || right.has(answering)) continue;
    stale.set(`${frontend.address} ${frontend.port} ${answering}`, { frontend, endpoint });
  }
  return [...stale.values()];
}

/** Whether flows may have become stale between two rule sets. @param previous undefined where nothing is known of before. */
export function mayHaveStaleFlows(
  previous: ReadonlyMap<string, ReadonlySet<string>> | undefined,
  next: ReadonlyMap<string, ReadonlySet<string>>,
): boolean {
  if (previous === undefined) return next.size > 0;
  for (const [frontend, endpoints] of next) {
    const before = previous.get(frontend);
    // Flows to a service that had no endpoints may lead anywhere.
    if (before === undefined || !before.isSubsetOf(endpoints)) return true;
  }
  return false;
}
