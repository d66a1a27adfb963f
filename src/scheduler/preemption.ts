import { parseTime } from "../machinery/time.ts";
import type { NodeRefusal } from "./applied.ts";
import type { NodeInfo } from "./node-info.ts";
import type { Plugin, View } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";
import { nominatedBeside, refusalSupposing, type Supposition } from "./supposed.ts";

export type Preemption =
  | { readonly type: "victims"; readonly node: NodeInfo; readonly victims: readonly PodInfo[] }
  | { readonly type: "none"; readonly why: string }
  | { readonly type: "unhelpful"; readonly nodes: ReadonlyMap<NodeInfo, string> };

/** So many nodes that could do are compared; trying all of a large cluster would take too long. */
const LEAST_CANDIDATES = 100;
const CANDIDATES_PERCENT = 10;

interface Candidate {
  readonly node: NodeInfo;
  readonly victims: readonly PodInfo[];
  readonly violations: number;
}

/** Whether removing this pod would break a disruption budget. */
export type Protected = (pod: PodInfo) => boolean;

/** Finds the node on which a pod would fit if pods of lower priority went, and those whose loss is felt least. Pure. */
export function planPreemption(
  pod: PodInfo,
  refusals: ReadonlyMap<NodeInfo, NodeRefusal>,
  view: View,
  plugins: readonly Plugin[],
  isProtected: Protected,
): Preemption {
  if (pod.pod.spec.preemptionPolicy === "Never")
    return { type: "none", why: "not eligible due to preemptionPolicy=Never." };
  if (hasTerminatingVictim(pod, view))
    return { type: "none", why: "not eligible due to a terminating pod on the nominated node." };
  const unhelpful = new Map<NodeInfo, string>();
  const candidates: Candidate[] = [];
  const enough = Math.max(LEAST_CANDIDATES, Math.floor((view.nodes.length * CANDIDATES_PERCENT) / 100));
  for (const [node, refusal] of refusals) {
    if (!refusal.preemptible) {
      unhelpful.set(node, "Preemption is not helpful for scheduling");
      continue;
    }
    if (candidates.length >= enough) break;
    const found = victimsOn(node, pod, view, plugins, isProtected);
    if (typeof found === "string") unhelpful.set(node, found);
    else candidates.push(found);
  }
  const best = candidates.toSorted(byLoss)[0];
  return best === undefined
    ? { type: "unhelpful", nodes: unhelpful }
    : { type: "victims", node: best.node, victims: best.victims };
}

/** Pods that went for this one are still going: more of them would not help. */
function hasTerminatingVictim({ pod, priority }: PodInfo, { nodes }: View): boolean {
  const nominated = pod.status.nominatedNodeName ?? "";
  if (nominated === "") return false;
  const info = nodes.find(({ node }) => node?.metadata.name === nominated);
  return [...(info?.pods.values() ?? [])].some(
    (other) => other.pod.metadata.deletionTimestamp !== undefined && other.priority < priority,
  );
}

function victimsOn(
  node: NodeInfo,
  pod: PodInfo,
  view: View,
  plugins: readonly Plugin[],
  isProtected: Protected,
): Candidate | string {
  const lower = [...node.pods.values()].filter((other) => other.priority < pod.priority);
  if (lower.length === 0) return "No preemption victims found for incoming pod";
  const gone = new Set(lower.map(({ key }) => key));
  const come = nominatedBeside(pod, view, node);
  const suppose = (supposition: Supposition) => refusalSupposing(supposition, pod, view, plugins, node);
  // Those for whom room was made may or may not come: it has to do either way.
  const fits = () => (come.length === 0 ? undefined : suppose({ gone, come })) ?? suppose({ gone });
  const refusal = fits();
  if (refusal !== undefined) return refusal.reasons.join(", ");
  // Those that would hurt most are spared first.
  const spared = lower.toSorted(
    (a, b) => Number(isProtected(b)) - Number(isProtected(a)) || b.priority - a.priority || a.createdMs - b.createdMs,
  );
  for (const { key } of spared) {
    gone.delete(key);
    if (fits() !== undefined) gone.add(key);
  }
  const victims = lower.filter(({ key }) => gone.has(key)).toSorted((a, b) => b.priority - a.priority);
  return { node, victims, violations: victims.filter(isProtected).length };
}

/** Fewer broken budgets, a lower highest priority, a lower sum, fewer pods, younger pods. */
function byLoss(a: Candidate, b: Candidate): number {
  return (
    a.violations - b.violations ||
    (a.victims[0]?.priority ?? -Infinity) - (b.victims[0]?.priority ?? -Infinity) ||
    total(a) - total(b) ||
    a.victims.length - b.victims.length ||
    oldestStart(b) - oldestStart(a)
  );
}

function total({ victims }: Candidate): number {
  // Priorities may be negative: shifted, so that more pods are never a smaller loss.
  return victims.reduce((sum, { priority }) => sum + priority + 2 ** 31, 0);
}

function oldestStart({ victims }: Candidate): number {
  const highest = victims[0]?.priority;
  const starts = victims
    .filter(({ priority }) => priority === highest)
    .map(({ pod, createdMs }) => (pod.status.startTime === undefined ? createdMs : parseTime(pod.status.startTime)));
  return Math.min(...starts);
}
