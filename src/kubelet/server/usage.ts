import type { Pod } from "../../api/generated/core-v1.ts";
import type { PodLife } from "../pod-life/state.ts";
import type { Kubelet } from "../kubelet.ts";
import type { ContainerStats } from "../ports/runtime.ts";

/** A container that runs, and what it uses. */
export interface ContainerUsage {
  readonly name: string;
  readonly id: string;
  /** As the pod's spec names it. */
  readonly image: string;
  readonly startedAtMs: number;
  readonly stats: ContainerStats;
}

export interface PodUsage {
  readonly pod: Pod;
  readonly containers: readonly ContainerUsage[];
}

/** What the pods of a node use now; containers that the runtime tells nothing of are left out. */
export async function podUsages(kubelet: Kubelet, signal: AbortSignal): Promise<readonly PodUsage[]> {
  const stats = new Map((await kubelet.runtime.stats({ signal })).map((one) => [one.id, one]));
  return [...kubelet.workers()].map(({ pod, life }) => ({ pod, containers: containersOf(life, stats) }));
}

function containersOf(life: PodLife, stats: ReadonlyMap<string, ContainerStats>): readonly ContainerUsage[] {
  return life.containers.flatMap(({ id, name, image, startedAt }) => {
    const one = stats.get(id);
    return one === undefined ? [] : [{ name, id, image, startedAtMs: Number(startedAt / 1_000_000n), stats: one }];
  });
}

/** Milliseconds since the epoch. */
export function measuredAtMs({ timestamp }: ContainerStats): number {
  return Number(timestamp / 1_000_000n);
}

/** All of a pod's containers together; its sandbox uses next to nothing. */
export function sumOf(containers: readonly ContainerUsage[], amount: (stats: ContainerStats) => number): number {
  return containers.reduce((sum, { stats }) => sum + amount(stats), 0);
}
