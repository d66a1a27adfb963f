import type { NodeInfo } from "../node-info.ts";
import { MAX_SCORE, type Plugin, refuse } from "../plugin.ts";
import type { Resources } from "../resources.ts";

/** A node must have what the pod requests; the one with the most left over is liked best. */
export const nodeResourcesFit: Plugin = {
  name: "NodeResourcesFit",
  weight: 1,
  wakesOn: ["node-added", "node-allocatable", "pod-removed"],
  forPod({ requests, assumed }) {
    const wanted = Object.entries(requests).filter(([, amount]) => amount > 0);
    return {
      sort: JSON.stringify([requests, assumed]),
      filter(info) {
        const missing = insufficient(info, wanted);
        if (missing === undefined) return undefined;
        return refuse(info.pods.size > 0 && !exceeds(info, wanted), ...missing);
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
    if ((requests["cpu"] ?? 0) === 0 && (requests["memory"] ?? 0) === 0) return undefined;
    return { sort: JSON.stringify(requests), score: (info) => balance(info, requests) };
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

/** More than the node could give if nothing ran on it: nobody's leaving would help. */
function exceeds({ allocatable }: NodeInfo, wanted: readonly (readonly [string, number])[]): boolean {
  return wanted.some(([name, amount]) => amount > (allocatable[name] ?? 0));
}

// CPU and memory are compared, each by its own constant name and not in a loop: these run for hundreds of nodes for each pod.

function leastAllocated({ allocatable, assumed: used }: NodeInfo, wanted: Resources): number {
  const cpu = allocatable["cpu"] ?? 0;
  const memory = allocatable["memory"] ?? 0;
  const counted = (cpu === 0 ? 0 : 1) + (memory === 0 ? 0 : 1);
  if (counted === 0) return 0;
  const ofCpu = shareLeft(cpu, (used["cpu"] ?? 0) + (wanted["cpu"] ?? 0));
  const ofMemory = shareLeft(memory, (used["memory"] ?? 0) + (wanted["memory"] ?? 0));
  return Math.floor((ofCpu + ofMemory) / counted);
}

function shareLeft(all: number, used: number): number {
  return used > all || all === 0 ? 0 : Math.floor(((all - used) * MAX_SCORE) / all);
}

function balance(info: NodeInfo, requests: Resources): number {
  const change = Math.trunc(evenness(info, requests)) - Math.trunc(evenness(info, NOTHING));
  // About 75 where nothing changes; towards 100 as the node gets more even, towards 50 as it gets less.
  return MAX_SCORE / 2 + Math.trunc((MAX_SCORE / 2 + change) / 2);
}

const NOTHING: Resources = {};

/** How near the used shares of CPU and memory would be to each other. */
function evenness({ allocatable, requested }: NodeInfo, extra: Resources): number {
  const cpu = allocatable["cpu"] ?? 0;
  const memory = allocatable["memory"] ?? 0;
  if (cpu === 0 || memory === 0) return MAX_SCORE;
  const ofCpu = Math.min(1, ((requested["cpu"] ?? 0) + (extra["cpu"] ?? 0)) / cpu);
  const ofMemory = Math.min(1, ((requested["memory"] ?? 0) + (extra["memory"] ?? 0)) / memory);
  return (1 - Math.abs(ofCpu - ofMemory) / 2) * MAX_SCORE;
}
