import type { Random } from "../base/random.ts";
import { integerBelow } from "../base/random.ts";
import type { NodeInfo } from "./node-info.ts";
import type { Plugin, PodRules, Refusal, View } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";

/** What was decided for a pod, and why: every node that was looked at has its reason. */
export type Verdict =
  | {
      readonly type: "fits";
      readonly node: NodeInfo;
      readonly looked: number;
      readonly feasible: number;
      readonly scores: NodeScore;
    }
  | {
      readonly type: "unschedulable";
      readonly nodes: ReadonlyMap<NodeInfo, NodeRefusal>;
      readonly refused?: string;
      readonly plugins: ReadonlySet<string>;
    };

export interface NodeRefusal extends Refusal {
  readonly plugin: string;
}

export interface NodeScore {
  readonly total: number;
  readonly byPlugin: Readonly<Record<string, number>>;
}

/** A search ends once it has found so many: on large clusters a good node is as good as the best. */
const FEW_NODES = 100;
const LEAST_PERCENT = 5;

export function nodesToFind(count: number): number {
  if (count < FEW_NODES) return count;
  const percent = Math.max(LEAST_PERCENT, 50 - Math.floor(count / 125));
  return Math.max(FEW_NODES, Math.floor((count * percent) / 100));
}

/** One plugin's rules for one pod. */
interface Applied {
  readonly plugin: Plugin;
  readonly rules: PodRules;
}

/**
 * Finds the node for a pod. Pure: the same view and random stream give the same node.
 * @param start where among the nodes the search begins, so that all of them get their share.
 */
export function decide(pod: PodInfo, view: View, plugins: readonly Plugin[], start: number, random: Random): Verdict {
  const applied = apply(pod, view, plugins);
  const refusing = applied.find(({ rules }) => rules.refused !== undefined);
  if (refusing !== undefined) {
    return {
      type: "unschedulable",
      nodes: new Map(),
      refused: refusing.rules.refused!,
      plugins: new Set([refusing.plugin.name]),
    };
  }
  const wanted = nodesToFind(view.nodes.length);
  const feasible: NodeInfo[] = [];
  const refusals = new Map<NodeInfo, NodeRefusal>();
  let looked = 0;
  const { nodes } = view;
  const filtering = applied.filter(({ rules }) => rules.filter !== undefined);
  for (; looked < nodes.length && feasible.length < wanted; looked++) {
    const node = nodes[(start + looked) % nodes.length]!;
    const refusal = refusalOf(filtering, node);
    if (refusal === undefined) feasible.push(node);
    else refusals.set(node, refusal);
  }
  if (feasible.length === 0) {
    return {
      type: "unschedulable",
      nodes: refusals,
      plugins: new Set([...refusals.values()].map(({ plugin }) => plugin)),
    };
  }
  return { type: "fits", ...best(applied, feasible, random), looked, feasible: feasible.length };
}

/** What every plugin says of the pod in this view. */
export function apply(pod: PodInfo, view: View, plugins: readonly Plugin[]): readonly Applied[] {
  const applied: Applied[] = [];
  for (const plugin of plugins) {
    const rules = plugin.forPod(pod, view);
    if (rules !== undefined) applied.push({ plugin, rules });
  }
  return applied;
}

/** The first plugin's refusal of a node. */
export function refusalOf(applied: readonly Applied[], node: NodeInfo): NodeRefusal | undefined {
  for (const { plugin, rules } of applied) {
    const refusal = rules.filter?.(node);
    if (refusal !== undefined) return { ...refusal, plugin: plugin.name };
  }
  return undefined;
}

/** Plain loops: this is done for hundreds of nodes for every pod. */
function best(applied: readonly Applied[], feasible: readonly NodeInfo[], random: Random) {
  const totals = feasible.map(() => 0);
  const parts: { readonly name: string; readonly weight: number; readonly scores: readonly number[] }[] = [];
  if (feasible.length > 1) {
    for (const { plugin, rules } of applied) {
      const { score, normalize } = rules;
      if (score === undefined) continue;
      const raw = feasible.map(() => 0);
      for (let index = 0; index < raw.length; index++) raw[index] = score(feasible[index]!);
      const scores = normalize?.(raw) ?? raw;
      const { name, weight = 1 } = plugin;
      for (let index = 0; index < raw.length; index++) totals[index]! += scores[index]! * weight;
      parts.push({ name, weight, scores });
    }
  }
  const chosen = highest(totals, random);
  const byPlugin = Object.fromEntries(parts.map(({ name, weight, scores }) => [name, scores[chosen]! * weight]));
  return { node: feasible[chosen]!, scores: { total: totals[chosen]!, byPlugin } };
}

/** The index of the highest; of equals any, by chance. */
function highest(totals: readonly number[], random: Random): number {
  let chosen = 0;
  let equals = 1;
  for (let index = 1; index < totals.length; index++) {
    if (totals[index]! > totals[chosen]!) {
      chosen = index;
      equals = 1;
    } else if (totals[index] === totals[chosen]) {
      equals += 1;
      if (integerBelow(random, equals) === 0) chosen = index;
    }
  }
  return chosen;
}
