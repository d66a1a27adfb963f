import { byteOrder } from "../machinery/byte-order.ts";
import type { NodeRefusal } from "./applied.ts";
import type { Verdict } from "./cycle.ts";
import type { NodeInfo } from "./node-info.ts";

type Unschedulable = Extract<Verdict, { type: "unschedulable" }>;

/** Kubernetes' sentence: `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) had untolerated taint(s).` */
export function unschedulableSentence(verdict: Unschedulable, nodes: number, preemption: string): string {
  const why = verdict.refused === undefined ? counted(verdict.nodes.values()) : verdict.refused;
  const reasons = why === "" ? "" : ` ${why}.`;
  return `0/${nodes} nodes are available:${reasons}${preemption === "" ? "" : ` ${preemption}`}`;
}

/** The same for what preemption found. */
export function preemptionSentence(refusals: ReadonlyMap<NodeInfo, string>, nodes: number): string {
  const reasons = [...refusals.values()].map((reason) => ({ reasons: [reason] }));
  return `preemption: 0/${nodes} nodes are available: ${counted(reasons)}.`;
}

/** Each node's reasons, for `why`. */
export function reasonsByNode(
  nodes: ReadonlyMap<NodeInfo, NodeRefusal>,
  most: number,
): Readonly<Record<string, string>> {
  const entries = [...nodes]
    .slice(0, most)
    .map(([info, { reasons }]) => [info.node?.metadata.name ?? "", reasons.join(", ")]);
  return Object.fromEntries(entries) as Readonly<Record<string, string>>;
}

function counted(refusals: Iterable<{ readonly reasons: readonly string[] }>): string {
  const counts = new Map<string, number>();
  for (const { reasons } of refusals) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts]
    .map(([reason, count]) => `${count} ${reason}`)
    .toSorted(byteOrder)
    .join(", ");
}
