import { type Clock, delay } from "../../base/clock.ts";
import type { Failure } from "../pod-life/state.ts";
import type { PodWorker } from "../pod-work/pod-worker.ts";

/** How long pods may take to end when their node shuts down, in seconds: first all but the critical ones, then these. */
export interface ShutdownGrace {
  readonly podsSeconds: number;
  readonly criticalSeconds: number;
}

/** Pods of this priority and above are critical to the system. */
const CRITICAL = 2_000_000_000;
const LOOK_EVERY_MS = 50;

const TERMINATED: Failure = {
  reason: "Terminated",
  message: "Pod was terminated in response to imminent node shutdown.",
  disruption: "TerminationByKubelet",
};

/** Why a pod that comes meanwhile is not taken. */
export const SHUTTING_DOWN: Failure = {
  reason: "NodeShutdown",
  message: "Pod was rejected: Pod was rejected as the node is shutting down.",
  refused: true,
};

/** Ends all pods of a node that shuts down. Resolves when they have ended, or when their time is over. */
export async function shutDownPods(
  workers: () => readonly PodWorker[],
  { podsSeconds, criticalSeconds }: ShutdownGrace,
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const isCritical = ({ pod }: PodWorker) => (pod.spec.priority ?? 0) >= CRITICAL;
  await end(
    workers().filter((worker) => !isCritical(worker)),
    podsSeconds,
  );
  await end(workers().filter(isCritical), criticalSeconds);

  async function end(group: readonly PodWorker[], graceSeconds: number): Promise<void> {
    const untilMs = clock.now() + graceSeconds * 1000;
    for (const worker of group) worker.observe({ type: "failed", failure: TERMINATED, graceSeconds });
    while (group.some(({ life }) => !hasEnded(life.stage.at)) && clock.now() < untilMs) {
      await delay(clock, LOOK_EVERY_MS, { signal });
    }
  }
}

function hasEnded(stage: PodWorker["life"]["stage"]["at"]): boolean {
  return stage === "ended" || stage === "gone";
}
