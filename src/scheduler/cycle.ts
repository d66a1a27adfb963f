import type { Random } from "../base/random.ts";
import { integerBelow } from "../base/random.ts";
import { type Applied, apply, type NodeRefusal, refusalOf } from "./applied.ts";
import { Memory, type SortMemory } from "./memory.ts";
import type { NodeInfo } from "./node-info.ts";
import type { Plugin, View } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";
import { nominatedBeside, refusalSupposing } from "./supposed.ts";

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

/**
 * Finds the node for a pod. Pure: the same view and random stream give the same node.
 * @param start where among the nodes the search begins, so that all of them get their share.
 * @param memory of earlier decisions on the same view: it makes no other verdict, but spares looking at what did not change.
 */
export function decide(
  pod: PodInfo,
  view: View,
  plugins: readonly Plugin[],
  start: number,
  random: Random,
  memory = new Memory(),
): Verdict {
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
  const { nodes } = view;
  const wanted = nodesToFind(nodes.length);
  const rules = rulesOf(applied, view, memory);
  const refusalAt = (index: number) =>
    rules.refusal(index) ?? refusalBesideNominated(pod, view, plugins, nodes[index]!);
  const nominated = placeOf(pod.pod.status.nominatedNodeName ?? "", nodes);
  if (nominated >= 0 && refusalAt(nominated) === undefined) {
    return { type: "fits", ...best(rules, [nominated], nodes, random), looked: 1, feasible: 1 };
  }
  const feasible: number[] = [];
  const refusals = new Map<NodeInfo, NodeRefusal>();
  let looked = 0;
  for (; looked < nodes.length && feasible.length < wanted; looked++) {
    const index = (start + looked) % nodes.length;
    const refusal = refusalAt(index);
    if (refusal === undefined) feasible.push(index);
    else refusals.set(nodes[index]!, refusal);
  }
  if (feasible.length === 0) {
    return {
      type: "unschedulable",
      nodes: refusals,
      plugins: new Set([...refusals.values()].map(({ plugin }) => plugin)),
    };
  }
  return { type: "fits", ...best(rules, feasible, nodes, random), looked, feasible: feasible.length };
}

/** Where in the list the node is that was made room on for this pod; -1 where none was. */
function placeOf(nominated: string, nodes: readonly NodeInfo[]): number {
  return nominated === "" ? -1 : nodes.findIndex(({ node }) => node?.metadata.name === nominated);
}

/** The node as it will be once those have come for whom room was made there, unless this pod goes before them. */
function refusalBesideNominated(
  pod: PodInfo,
  view: View,
  plugins: readonly Plugin[],
  node: NodeInfo,
): NodeRefusal | undefined {
  const come = nominatedBeside(pod, view, node);
  return come.length === 0 ? undefined : refusalSupposing({ come }, pod, view, plugins, node);
}

/** What all plugins say of a node, by its place in the list. */
interface Rules {
  refusal(index: number): NodeRefusal | undefined;
  /** Each plugin that scores, with the raw scores of these nodes. */
  scored(feasible: readonly number[]): Iterable<Applied & { readonly raw: readonly number[] }>;
}

function rulesOf(applied: readonly Applied[], view: View, memory: Memory): Rules {
  const { nodes } = view;
  const ofNode = applied.filter(({ rules }) => rules.sort !== undefined);
  const further = applied.filter(({ rules }) => rules.sort === undefined);
  const known: SortMemory = memory.of(ofNode, view);
  const filtering = ofNode.filter(({ rules }) => rules.filter !== undefined);
  const filteringFurther = further.filter(({ rules }) => rules.filter !== undefined);
  const refuse = (node: NodeInfo) => refusalOf(filtering, node);
  return {
    refusal(index) {
      const refusal = known.refusal(index, ofNode, refuse);
      if (refusal !== undefined || filteringFurther.length === 0) return refusal;
      return refusalOf(filteringFurther, nodes[index]!);
    },
    *scored(feasible) {
      for (const [number, one] of ofNode.entries()) {
        if (one.rules.score !== undefined) yield { ...one, raw: known.scores(number, feasible) };
      }
      for (const one of further) {
        const { score } = one.rules;
        if (score !== undefined) yield { ...one, raw: feasible.map((index) => score(nodes[index]!)) };
      }
    },
  };
}

/** Plain loops: this is done for hundreds of nodes for every pod. */
function best(rules: Rules, feasible: readonly number[], nodes: readonly NodeInfo[], random: Random) {
  const totals = feasible.map(() => 0);
  const parts: { readonly name: string; readonly weight: number; readonly scores: readonly number[] }[] = [];
  for (const { plugin, rules: of, raw } of feasible.length > 1 ? rules.scored(feasible) : []) {
    const scores = of.normalize?.(raw) ?? raw;
    const { name, weight = 1 } = plugin;
    for (let index = 0; index < raw.length; index++) totals[index]! += scores[index]! * weight;
    parts.push({ name, weight, scores });
  }
  const chosen = highest(totals, random);
  const byPlugin = Object.fromEntries(parts.map(({ name, weight, scores }) => [name, scores[chosen]! * weight]));
  return { node: nodes[feasible[chosen]!]!, scores: { total: totals[chosen]!, byPlugin } };
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
