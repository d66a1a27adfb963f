import type { NodeInfo } from "./node-info.ts";
import type { Plugin, PodRules, Refusal, View } from "./plugin.ts";
import type { PodInfo } from "./pod-info.ts";

/** One plugin's rules for one pod. */
export interface Applied {
  readonly plugin: Plugin;
  readonly rules: PodRules;
}

export interface NodeRefusal extends Refusal {
  readonly plugin: string;
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
