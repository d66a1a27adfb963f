import type { NodeInfo } from "../node-info.ts";
import { MAX_SCORE, type Plugin, refuse } from "../plugin.ts";
import type { Resources } from "../resources.ts";

const COMPARED = ["cpu", "memory"] as const;

/** A node must have what the pod requests; the one with the most left over is liked best. */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  weight: 1,
  wakesOn: ["node-added", "node-allocatable", "pod-removed"],
  forPod({ requests, assumed }) {
    const wanted = Object.entries(requests).filter(([, amount]) => amount > 0);
    return {
      filter(info) {
        const missing = insufficient(info, wanted);
        return missing === undefined ? undefined : refuse(info.pods.size > 0, ...missing);
      },
      score: (info) => leastAllocated(info, assumed),
    };
  },
};

/** Likes nodes on which CPU and memory are used to the same degree. */
export const balancedAllocation: Plugin = {
  name: "NodeResourcesBalancedAllocation",
  weight: 1,
  wakesOn: [],
  forPod({ requests }) {
    if (COMPARED.every((name) => (requests[name] ?? 0) === 0)) return undefined;
    return { score: (info) => balance(info, requests) };
  },
};

function insufficient(
  { allocatable, requested, pods }: NodeInfo,
  wanted: readonly (readonly [string, number])[],
): readonly string[] | undefined {
  // Asked of every node for every pod: nothing is made for those that have enough.
  let missing: string[] | undefined;
  if (pods.size + 1 > (allocatable["pods"] ?? 0)) (missing ??= []).push("Too many pods");
  for (const [name, amount] of wanted) {
    if (amount > (allocatable[name] ?? 0) - (requested[name] ?? 0)) (missing ??= []).push(`Insufficient ${name}`);
  }
  return missing;
}

function leastAllocated({ allocatable, assumed: used }: NodeInfo, wanted: Resources): number {
  let total = 0;
  let counted = 0;
  for (const name of COMPARED) {
    const all = allocatable[name] ?? 0;
    if (all === 0) continue;
    const after = (used[name] ?? 0) + (wanted[name] ?? 0);
    total += after > all ? 0 : Math.floor(((all - after) * MAX_SCORE) / all);
    counted += 1;
  }
  return counted === 0 ? 0 : Math.floor(total / counted);
}

function balance(info: NodeInfo, requests: Resources): number {
  const change = Math.trunc(evenness(info, requests)) - Math.trunc(evenness(info, NOTHING));
  // About 75 where nothing changes; towards 100 as the node gets more even, towards 50 as it gets less.
  return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + change) / 2);
}

const NOTHING: Resources = {};

/** How near the used shares of CPU and memory would be to each other. */
function evenness({ allocatable, requested }: NodeInfo, extra: Resources): number {
  let first: number | undefined;
  for (const name of COMPARED) {
    const all = allocatable[name] ?? 0;
    if (all === 0) continue;
    const share = Math.min(1, ((requested[name] ?? 0) + (extra[name] ?? 0)) / all);
    if (first !== undefined) return (1 - Math.abs(first - share) / 2) * MAX_SCORE;
    first = share;
  }
  return MAX_SCORE;
}
