import type { Container } from "../../api/generated/core-v1.ts";
import { findContainer, isSidecar } from "../containers/names.ts";
import type { ContainerStatus } from "../ports/runtime.ts";
import type { Effect } from "./observation.ts";
import type { PlannedKill } from "./plan.ts";
import type { Kill, PodLife } from "./state.ts";
import { isAlive } from "./state.ts";

/** Even a container that must go at once gets this long between SIGTERM and SIGKILL. */
const SHORTEST_GRACE_SECONDS = 2;

/** How long a pod may take to stop. */
export function podGraceSeconds(life: PodLife): number {
  return life.pod.metadata.deletionGracePeriodSeconds ?? life.pod.spec.terminationGracePeriodSeconds ?? 30;
}

/** How long a container may take that is killed while its pod goes on; a probe may have a grace period of its own. */
export function killGraceSeconds(life: PodLife, { name, why }: PlannedKill): number {
  const spec = findContainer(life.pod, name)?.spec;
  const probe = why === "liveness" ? spec?.livenessProbe : why === "startup" ? spec?.startupProbe : undefined;
  return probe?.terminationGracePeriodSeconds ?? podGraceSeconds(life);
}

/** Begins to stop a container: the event, and its preStop hook if there is one and time for it. */
export function beginKill(
  life: PodLife,
  container: ContainerStatus,
  { message, graceSeconds, forRestart }: { message?: string; graceSeconds: number; forRestart: boolean },
  nowMs: number,
): { readonly life: PodLife; readonly effects: readonly Effect[] } {
  const { id, name } = container;
  const hook = hasPreStop(findContainer(life.pod, name)?.spec) && graceSeconds > 0;
  const kill: Kill = {
    name,
    sinceMs: nowMs,
    graceSeconds,
    hook: hook ? "running" : "none",
    stopSent: false,
    forRestart,
  };
  const event = {
    type: "Normal",
    reason: "Killing",
    message: message ?? `Stopping container ${name}`,
    container: name,
  } as const;
  return {
    life: { ...life, kills: { ...life.kills, [id]: kill } },
    effects: [{ do: "event", event }, ...(hook ? [{ do: "run-pre-stop", id, name, graceSeconds } as const] : [])],
  };
}

/** Sends the stop signal to every container whose hook is done and whose turn has come. */
export function sendStops(
  life: PodLife,
  nowMs: number,
): { readonly life: PodLife; readonly effects: readonly Effect[] } {
  const effects: Effect[] = [];
  const kills: Record<string, Kill> = { ...life.kills };
  const ordered = life.stage.at === "terminating";
  for (const [id, kill] of Object.entries(life.kills)) {
    if (kill.stopSent) continue;
    const deadlineMs = kill.sinceMs + kill.graceSeconds * 1000;
    const blocked = kill.hook === "running" || (ordered && mustWaitForOthers(life, kill.name));
    if (blocked && nowMs < deadlineMs) continue;
    const left = kill.graceSeconds - Math.floor((nowMs - kill.sinceMs) / 1000);
    effects.push({ do: "stop-container", id, name: kill.name, graceSeconds: Math.max(SHORTEST_GRACE_SECONDS, left) });
    kills[id] = { ...kill, stopSent: true };
  }
  return effects.length === 0 ? { life, effects } : { life: { ...life, kills }, effects };
}

/** When the next stop signal is due at the latest. */
export function nextStopAtMs(life: PodLife): number | undefined {
  const deadlines = Object.values(life.kills)
    .filter((kill) => !kill.stopSent)
    .map((kill) => kill.sinceMs + kill.graceSeconds * 1000);
  return deadlines.length === 0 ? undefined : Math.min(...deadlines);
}

/** Sidecars end after all main containers, and in the reverse of their order. */
function mustWaitForOthers(life: PodLife, name: string): boolean {
  const init = life.pod.spec.initContainers ?? [];
  const index = init.findIndex((container) => container.name === name);
  if (index < 0 || !isSidecar(init[index]!)) return false;
  const before = [...life.pod.spec.containers, ...init.slice(index + 1).filter(isSidecar)].map(
    (container) => container.name,
  );
  return life.containers.some((container) => isAlive(container) && before.includes(container.name));
}

function hasPreStop(container: Container | undefined): boolean {
  return container?.lifecycle?.preStop !== undefined;
}
