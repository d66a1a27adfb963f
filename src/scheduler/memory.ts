import type { NodeInfo } from "./node-info.ts";
import type { Applied, NodeRefusal } from "./applied.ts";
import type { View } from "./plugin.ts";

/** So many sorts of pods are remembered; the one not asked for longest is forgotten. */
const MOST_SORTS = 16;

/**
 * What was found of each node for one sort of pods: those for which all plugins that look at nothing but the node say the same.
 * Of thousands of equal pods each changes one node, so for the next one all the others are known. It lies in plain arrays side
 * by side: walking hundreds of nodes' own objects costs more than any rule.
 */
export class SortMemory {
  readonly #view: View;
  readonly #nodes: readonly NodeInfo[];
  /** For each node its version when it was looked at, plus one; 0 for never. */
  readonly #seen: Uint32Array;
  readonly #refusals: (NodeRefusal | undefined)[];
  /** For each plugin that scores, the raw score of each node. */
  readonly #scores: readonly Float64Array[];

  constructor(view: View, plugins: number) {
    const { length } = view.nodes;
    this.#view = view;
    this.#nodes = view.nodes;
    this.#seen = new Uint32Array(length);
    this.#refusals = Array.from({ length });
    this.#scores = Array.from({ length: plugins }, () => new Float64Array(length));
  }

  /** Nodes came, went or were written to: nothing of it holds. */
  get isStale(): boolean {
    return this.#nodes !== this.#view.nodes;
  }

  /** The first refusal of a node by one of the plugins, which are those of the sort. */
  refusal(index: number, plugins: readonly Applied[], refuse: (node: NodeInfo) => NodeRefusal | undefined) {
    const version = this.#view.versions[index]! + 1;
    if (this.#seen[index] !== version) {
      const node = this.#nodes[index]!;
      const refusal = refuse(node);
      this.#refusals[index] = refusal;
      if (refusal === undefined) {
        for (let number = 0; number < plugins.length; number++) {
          const { score } = plugins[number]!.rules;
          if (score !== undefined) this.#scores[number]![index] = score(node);
        }
      }
      this.#seen[index] = version;
    }
    return this.#refusals[index];
  }

  /** The raw scores of nodes that were found feasible just now. @param plugin its number among those of the sort */
  scores(plugin: number, feasible: readonly number[]): readonly number[] {
    const scores = this.#scores[plugin]!;
    return feasible.map((index) => scores[index]!);
  }
}

/** What is remembered from one decision to the next. It never changes a decision, only what it costs. */
export class Memory {
  readonly #sorts = new Map<string, SortMemory>();

  of(plugins: readonly Applied[], view: View): SortMemory {
    const sort = plugins.map(({ plugin, rules }) => `${plugin.name} ${rules.sort}`).join("\n");
    const known = this.#sorts.get(sort);
    this.#sorts.delete(sort);
    const memory = known === undefined || known.isStale ? new SortMemory(view, plugins.length) : known;
    this.#sorts.set(sort, memory);
    if (this.#sorts.size > MOST_SORTS) this.#sorts.delete(this.#sorts.keys().next().value!);
    return memory;
  }
}
