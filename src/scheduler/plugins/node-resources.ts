import type { NodeInfo } from "../node-info.ts";
import { MAX_SCORE, type Plugin, refuse } from "../plugin.ts";
import type { Resources } from "../resources.ts";

const COMPARED = ["cpu", "memory"] as const;

/** A node must have what the pod requests; the one with the most left over is liked best. */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  weight: 1,
  wakesOn: ["node-added", "node-allocatable", "pod-removed"],
  forPod: ({ requests, assumed }) => ({
    filter(info) {
      const missing = insufficient(info, requests);
      return missing.length === 0 ? undefined : refuse(info.pods.size > 0, ...missing);
    },
    score: (info) => leastAllocated(info, assumed),
  }),
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

function insufficient({ allocatable, requested, pods }: NodeInfo, requests: Resources): readonly string[] {
  const missing: string[] = [];
  if (pods.size + 1 > (allocatable["pods"] ?? 0)) missing.push("Too many pods");
  for (const name in requests) {
    const wanted = requests[name]!;
    if (wanted > 0 && wanted > (allocatable[name] ?? 0) - (requested[name] ?? 0)) missing.push(`Insufficient ${name}`);
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

function balance({ allocatable, requested }: NodeInfo, requests: Resources): number {
  const shares = (extra: Resources) =>
    COMPARED.filter((name) => (allocatable[name] ?? 0) > 0).map((name) =>
      Math.min(1, ((requested[name] ?? 0) + (extra[name] ?? 0)) / allocatable[name]!),
    );
  const change = Math.trunc(score(shares(requests))) - Math.trunc(score(shares({})));
  // About 75 where nothing changes; towards 100 as the node gets more even, towards 50 as it gets less.
  return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + change) / 2);
}

function score(shares: readonly number[]): number {
  if (shares.length < 2) return MAX_SCORE;
  const deviation = Math.abs(shares[0]! - shares[1]!) / 2;
  return (1 - deviation) * MAX_SCORE;
}
