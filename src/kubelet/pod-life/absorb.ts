import type { ContainerStatus } from "../ports/runtime.ts";
import type { Effect, Observation, StartFailure } from "./observation.ts";
import { granted, refused, stepsDone, withNewObject } from "./resize.ts";
import type { PodLife } from "./state.ts";
import { isAlive } from "./state.ts";

const FIRST_VOLUME_RETRY_MS = 500;
const LONGEST_VOLUME_RETRY_MS = 122_000;
const FIRST_SANDBOX_RETRY_MS = 1_000;
const LONGEST_SANDBOX_RETRY_MS = 20_000;
const START_RETRY_MS = 10_000;

/** Takes an observation into the state; decides nothing. */
export function absorb(life: PodLife, seen: Observation, nowMs: number, emit: (effect: Effect) => void): PodLife {
  switch (seen.type) {
    case "pod":
      return withNewObject(life, seen.pod);
    case "resources-granted":
      return granted(life, nowMs, emit);
    case "resources-refused":
      return refused(life, seen, nowMs, emit);
    case "resized":
      return stepsDone(life, seen, nowMs, emit);
    case "object-gone":
      return { ...life, objectGone: true };
    case "failed":
      return failed(life, seen, nowMs);
    case "runtime":
      return withRuntime(life, seen);
    case "sandbox":
      return {
        ...life,
        sandboxes: [seen.sandbox, ...life.sandboxes.filter(({ id }) => id !== seen.sandbox.id)],
        sandboxWork: { is: "idle" },
      };
    case "container":
      return withContainer(life, seen.container);
    case "container-removed":
      return { ...life, containers: life.containers.filter(({ id }) => id !== seen.id) };
    case "volumes-found":
      return life.volumes.is === "preparing" ? { ...life, volumes: { ...life.volumes, found: true } } : life;
    case "volumes-ready":
      return { ...life, volumes: { is: "ready" } };
    case "volumes-failed": {
      const attempt = life.volumes.is === "preparing" ? life.volumes.attempt : 1;
      const delay = Math.min(FIRST_VOLUME_RETRY_MS * 2 ** (attempt - 1), LONGEST_VOLUME_RETRY_MS);
      return { ...life, volumes: { is: "failed", attempt, retryAtMs: nowMs + delay } };
    }
    case "sandbox-failed": {
      const failures = (life.sandboxWork.is === "creating" ? life.sandboxWork.failures : 0) + 1;
      const delay = Math.min(FIRST_SANDBOX_RETRY_MS * 2 ** (failures - 1), LONGEST_SANDBOX_RETRY_MS);
      return { ...life, sandboxWork: { is: "failed", failures, retryAtMs: nowMs + delay } };
    }
    case "sandboxes-stopped":
      return sandboxesStopped(life);
    case "start-done":
      return startDone(life, seen.name, emit);
    case "start-failed":
      return startFailed(life, seen.name, seen.failure, nowMs);
    case "hook-done":
      return withKill(life, seen.id, { hook: "done" });
    case "stop-failed":
      return withKill(life, seen.id, { stopSent: false });
    case "probe":
      return withProbe(life, seen);
    case "released":
      return life.stage.at === "releasing"
        ? {
            ...life,
            volumes: { is: "absent" },
            stage: {
              at: "ended",
              deleting: false,
              ...(life.stage.failure === undefined ? {} : { failure: life.stage.failure }),
            },
          }
        : life;
    case "delete-failed":
      return life.stage.at === "ended" ? { ...life, stage: { ...life.stage, deleting: false } } : life;
    case "wake":
      return shownLater(life, nowMs, emit);
  }
}

/** A pod that never ran here ends at once; one that runs is stopped first. */
function failed(life: PodLife, seen: Extract<Observation, { type: "failed" }>, nowMs: number): PodLife {
  const ownSeconds = life.pod.spec.terminationGracePeriodSeconds ?? 30;
  switch (life.stage.at) {
    case "running":
    case "terminating":
      return {
        ...life,
        stage: {
          at: "terminating",
          graceSeconds: Math.min(ownSeconds, seen.graceSeconds ?? ownSeconds),
          sinceMs: nowMs,
          failure: seen.failure,
        },
      };
    default:
      return life;
  }
}

function withRuntime(life: PodLife, seen: Extract<Observation, { type: "runtime" }>): PodLife {
  const known = new Map(seen.containers.map((container) => [container.id, isAlive(container)]));
  return {
    ...life,
    sandboxes: seen.sandboxes.toSorted((a, b) => descending(a.createdAt, b.createdAt)),
    containers: seen.containers.toSorted((a, b) => descending(a.createdAt, b.createdAt)),
    kills: Object.fromEntries(
      Object.entries(life.kills).filter(([id, kill]) => known.get(id) === true || (kill.forRestart && known.has(id))),
    ),
  };
}

/** Answers of the runtime may overtake each other: what has ended does not live again. */
function withContainer(life: PodLife, container: ContainerStatus): PodLife {
  const known = life.containers.find(({ id }) => id === container.id);
  if (known?.state === "exited" && container.state !== "exited") return life;
  const others = life.containers.filter(({ id }) => id !== container.id);
  const containers = [container, ...others].toSorted((a, b) => descending(a.createdAt, b.createdAt));
  const kill = life.kills[container.id];
  if (kill === undefined || isAlive(container)) return { ...life, containers };
  if (kill.forRestart) return withKill({ ...life, containers }, container.id, { hook: "done", stopSent: true });
  const { [container.id]: _ended, ...kills } = life.kills;
  return { ...life, containers, kills };
}

function descending(a: bigint, b: bigint): number {
  return a === b ? 0 : a > b ? -1 : 1;
}

function sandboxesStopped(life: PodLife): PodLife {
  const { sandboxWork: work } = life;
  if (work.is !== "stopping") return life;
  return {
    ...life,
    sandboxes: life.sandboxes.map((sandbox) =>
      work.ids.includes(sandbox.id) ? { ...sandbox, ready: false } : sandbox,
    ),
    sandboxWork: { is: "idle" },
  };
}

/** Of the containers that ended, the last one of each name is kept for its log and its status. */
function startDone(life: PodLife, name: string, emit: (effect: Effect) => void): PodLife {
  const ended = life.containers.filter((container) => container.name === name && !isAlive(container));
  const superfluous = ended.slice(1).map(({ id }) => id);
  for (const id of superfluous) emit({ do: "remove-container", id });
  const { [name]: _cleared, ...waiting } = life.waiting;
  const gone = (id: string) => superfluous.includes(id);
  return {
    ...life,
    starting: undefined,
    waiting,
    containers: life.containers.filter(({ id }) => !gone(id)),
    kills: Object.fromEntries(Object.entries(life.kills).filter(([id]) => !gone(id))),
    probes: Object.fromEntries(Object.entries(life.probes).filter(([id]) => !gone(id))),
  };
}

function startFailed(life: PodLife, name: string, failure: StartFailure, nowMs: number): PodLife {
  const next = { ...life, starting: undefined };
  if (life.stage.at !== "running") return next;
  return { ...next, waiting: { ...life.waiting, [name]: { retryAtMs: nowMs + START_RETRY_MS, ...failure } } };
}

/** Shows what was announced for now. */
function shownLater(life: PodLife, nowMs: number, emit: (effect: Effect) => void): PodLife {
  let next = life;
  for (const [name, { retryAtMs, later }] of Object.entries(life.waiting)) {
    if (later === undefined || nowMs < later.atMs) continue;
    emit({ do: "event", event: later.event });
    const waiting = { reason: later.reason, message: later.message, retryAtMs };
    next = { ...next, waiting: { ...next.waiting, [name]: waiting } };
  }
  return next;
}

function withKill(life: PodLife, id: string, change: Partial<PodLife["kills"][string]>): PodLife {
  const kill = life.kills[id];
  return kill === undefined ? life : { ...life, kills: { ...life.kills, [id]: { ...kill, ...change } } };
}

function withProbe(life: PodLife, { id, kind, healthy }: Extract<Observation, { type: "probe" }>): PodLife {
  const verdicts = life.probes[id];
  if (verdicts?.[kind] === healthy) return life;
  return { ...life, probes: { ...life.probes, [id]: { ...verdicts, [kind]: healthy } } };
}
