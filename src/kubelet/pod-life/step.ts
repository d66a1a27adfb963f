import { absorb } from "./absorb.ts";
import { findContainer, podText } from "../containers/names.ts";
import { remembered } from "../containers/labels.ts";
import { beginKill, killGraceSeconds, nextStopAtMs, podGraceSeconds, sendStops } from "./kill.ts";
import type { Effect, Observation } from "./observation.ts";
import { planContainers, planSandbox } from "./plan.ts";
import type { PlannedKill } from "./plan.ts";
import { holdsBackStarts, resizing, startedAnew } from "./resize.ts";
import { crashLoopMessage, restartVerdict } from "./restart.ts";
import type { PodLife, Waiting } from "./state.ts";
import { isAlive, newest, nothingRuns } from "./state.ts";

export interface Step {
  readonly life: PodLife;
  readonly effects: readonly Effect[];
  /** When to observe `wake`, if nothing else happens before. */
  readonly wakeAtMs: number | undefined;
}

/** One step of a pod's life: takes in what was observed, then decides what to do next. Pure. */
export function step(life: PodLife, observation: Observation, nowMs: number): Step {
  const effects: Effect[] = [];
  let current = absorb(life, observation, nowMs, (effect) => effects.push(effect));
  for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
    const next = advance(current, nowMs, (effect) => effects.push(effect));
    if (next === current) break;
    current = next;
  }
  return { life: current, effects, wakeAtMs: wakeAtMs(current, nowMs) };
}

/** A pod goes through its stages in a few rounds; more would be a loop. */
const MOST_ROUNDS = 20;

type Emit = (effect: Effect) => void;

function advance(life: PodLife, nowMs: number, emit: Emit): PodLife {
  switch (life.stage.at) {
    case "running":
      return run(life, nowMs, emit);
    case "terminating":
      return terminate(life, life.stage, nowMs, emit);
    case "releasing":
      return release(life, life.stage, emit);
    case "ended":
      return end(life, life.stage, emit);
    case "gone":
      return life;
  }
}

function run(life: PodLife, nowMs: number, emit: Emit): PodLife {
  const { pod } = life;
  if (pod.metadata.deletionTimestamp !== undefined || life.objectGone) return terminating(life, nowMs, emit);
  if (pod.status.phase === "Succeeded" || pod.status.phase === "Failed") return terminating(life, nowMs, emit);
  if (pastDeadline(life, nowMs)) {
    const failure = {
      reason: "DeadlineExceeded",
      message: "Pod was active on the node longer than the specified deadline",
    };
    emit({ do: "event", event: { type: "Normal", reason: failure.reason, message: failure.message } });
    return terminating(life, nowMs, emit, failure);
  }
  const { volumes } = life;
  switch (volumes.is) {
    case "absent":
      emit({ do: "prepare-volumes" });
      return { ...life, volumes: { is: "preparing", attempt: 1, found: false } };
    case "failed":
      if (nowMs < volumes.retryAtMs) return life;
      emit({ do: "prepare-volumes" });
      return { ...life, volumes: { is: "preparing", attempt: volumes.attempt + 1, found: false } };
    case "preparing":
      return volumes.found && isUntouched(life) ? runInSandbox(life, nowMs, emit) : life;
    case "ready":
      return runInSandbox(life, nowMs, emit);
  }
}

/** The first sandbox is made while the volumes are written: a pod whose volumes cannot be found has none, as in Kubernetes. */
function isUntouched({ sandboxes, sandboxWork, containers }: PodLife): boolean {
  return sandboxes.length === 0 && sandboxWork.is === "idle" && containers.length === 0;
}

function runInSandbox(life: PodLife, nowMs: number, emit: Emit): PodLife {
  const work = life.sandboxWork;
  if (work.is === "creating" || work.is === "stopping") return killing(life, nowMs, emit);
  const plan = planSandbox(life);
  switch (plan.need) {
    case "end":
      return terminating(life, nowMs, emit);
    case "new":
      if (work.is === "failed" && nowMs < work.retryAtMs) return life;
      return replaceSandbox(life, plan, nowMs, emit);
    case "none":
      return runContainers(life, plan.sandbox.id, nowMs, emit);
  }
}

function replaceSandbox(
  life: PodLife,
  plan: { readonly attempt: number; readonly old: readonly { readonly id: string; readonly ready: boolean }[] },
  nowMs: number,
  emit: Emit,
): PodLife {
  const alive = life.containers.filter((container) => isAlive(container) && life.kills[container.id] === undefined);
  if (alive.length > 0) return killAll(life, alive, podGraceSeconds(life), nowMs, emit);
  if (!nothingRuns(life)) return killing(life, nowMs, emit);
  if (life.starting !== undefined) return life;
  const stop = plan.old.filter((sandbox) => sandbox.ready).map((sandbox) => sandbox.id);
  if (stop.length > 0) {
    emit({ do: "stop-sandboxes", ids: stop });
    return { ...life, sandboxWork: { is: "stopping", ids: stop } };
  }
  const failures = life.sandboxWork.is === "failed" ? life.sandboxWork.failures : 0;
  let next = life;
  if (plan.old.length > 0 && failures === 0) {
    emit({
      do: "event",
      event: {
        type: "Normal",
        reason: "SandboxChanged",
        message: "Pod sandbox changed, it will be killed and re-created.",
      },
    });
    next = withoutInitContainers(life, emit);
  }
  emit({ do: "run-sandbox", attempt: plan.attempt });
  return { ...next, sandboxWork: { is: "creating", failures } };
}

/** In a new sandbox initialisation begins again. */
function withoutInitContainers(life: PodLife, emit: Emit): PodLife {
  const names = (life.pod.spec.initContainers ?? []).map((container) => container.name);
  const removed = life.containers.filter((container) => names.includes(container.name));
  for (const { id } of removed) emit({ do: "remove-container", id });
  return removed.length === 0 ? life : { ...life, containers: life.containers.filter((one) => !removed.includes(one)) };
}

function runContainers(life: PodLife, sandboxId: string, nowMs: number, emit: Emit): PodLife {
  const plan = planContainers(life);
  if (plan.done && life.starting === undefined) return terminating(life, nowMs, emit);
  let next = life;
  for (const planned of plan.kill) next = killOne(next, planned, nowMs, emit);
  next = resizing(killing(next, nowMs, emit), nowMs, emit);
  if (next.starting !== undefined || holdsBackStarts(next)) return next;
  return startNext(next, plan.start, sandboxId, nowMs, emit);
}

function killOne(life: PodLife, planned: PlannedKill, nowMs: number, emit: Emit): PodLife {
  const container = life.containers.find(({ id }) => id === planned.id);
  if (container === undefined || life.kills[planned.id] !== undefined) return life;
  const options = {
    message: planned.message,
    graceSeconds: killGraceSeconds(life, planned),
    forRestart: planned.restart,
  };
  const begun = beginKill(life, container, options, nowMs);
  begun.effects.forEach(emit);
  return begun.life;
}

/** Starts the first container of the list that may start; an init container that must wait holds back those behind it. */
function startNext(life: PodLife, names: readonly string[], sandboxId: string, nowMs: number, emit: Emit): PodLife {
  let next = life;
  for (const name of names) {
    const container = findContainer(life.pod, name)!;
    const waiting = next.waiting[name];
    if (waiting !== undefined && nowMs < waiting.retryAtMs) {
      if (container.type === "init") return next;
      continue;
    }
    const previous = newest(next, name);
    const last = next.containers.find(
      (one) =>
        one.name === name && one.state === "exited" && !(one === previous && next.kills[one.id]?.forRestart === true),
    );
    if (last !== undefined) {
      const finishedAtMs = Number(last.finishedAt / 1_000_000n);
      const verdict = restartVerdict(container.spec, next.backOffs[name], finishedAtMs, nowMs);
      if (!verdict.now) {
        next = crashLooping(next, name, verdict, emit);
        if (container.type === "init") return next;
        continue;
      }
      next = { ...next, backOffs: { ...next.backOffs, [name]: verdict.backOff } };
    }
    next = startedAnew(next, name, emit);
    emit({
      do: "start-container",
      name,
      sandboxId,
      restartCount: previous === undefined ? undefined : remembered(previous.annotations).restartCount + 1,
    });
    return { ...next, starting: name };
  }
  return next;
}

function crashLooping(
  life: PodLife,
  name: string,
  verdict: { readonly retryAtMs: number; readonly delayMs: number },
  emit: Emit,
): PodLife {
  const waiting: Waiting = {
    reason: "CrashLoopBackOff",
    message: crashLoopMessage(life.pod, name, verdict.delayMs),
    retryAtMs: verdict.retryAtMs,
  };
  const message = `Back-off restarting failed container ${name} in pod ${podText(life.pod)}`;
  emit({ do: "event", event: { type: "Warning", reason: "BackOff", message, container: name } });
  return { ...life, waiting: { ...life.waiting, [name]: waiting } };
}

function terminating(life: PodLife, nowMs: number, emit: Emit, failure?: { reason: string; message: string }): PodLife {
  if (life.starting !== undefined || life.sandboxWork.is === "creating" || life.volumes.is === "preparing") {
    emit({ do: "abort-starts" });
  }
  const stage = { at: "terminating", graceSeconds: podGraceSeconds(life), sinceMs: nowMs } as const;
  return { ...life, waiting: {}, stage: failure === undefined ? stage : { ...stage, failure } };
}

function terminate(
  life: PodLife,
  stage: Extract<PodLife["stage"], { at: "terminating" }>,
  nowMs: number,
  emit: Emit,
): PodLife {
  const grace = Math.min(stage.graceSeconds, podGraceSeconds(life));
  if (grace < stage.graceSeconds) return shortened(life, stage, grace);
  const alive = life.containers.filter((container) => isAlive(container) && life.kills[container.id] === undefined);
  if (alive.length > 0) return killAll(life, alive, grace, nowMs, emit);
  const killed = killing(life, nowMs, emit);
  if (killed !== life) return killed;
  const busy = life.starting !== undefined || life.sandboxWork.is === "creating" || life.volumes.is === "preparing";
  if (!nothingRuns(life) || busy || life.sandboxWork.is === "stopping") return life;
  const failure = stage.failure === undefined ? {} : { failure: stage.failure };
  const ids = life.sandboxes.filter((sandbox) => sandbox.ready).map((sandbox) => sandbox.id);
  if (ids.length > 0) emit({ do: "stop-sandboxes", ids });
  else emit({ do: "release" });
  return {
    ...life,
    sandboxWork: ids.length > 0 ? { is: "stopping", ids } : { is: "idle" },
    stage: { at: "releasing", step: ids.length > 0 ? "sandbox" : "volumes", ...failure },
  };
}

/** A second deletion may leave less time than the first: what has been sent already is sent again with less patience. */
function shortened(
  life: PodLife,
  stage: Extract<PodLife["stage"], { at: "terminating" }>,
  graceSeconds: number,
): PodLife {
  const kills = Object.fromEntries(
    Object.entries(life.kills).map(([id, kill]) => [id, { ...kill, graceSeconds, stopSent: false }]),
  );
  return { ...life, kills, stage: { ...stage, graceSeconds } };
}

function release(life: PodLife, stage: Extract<PodLife["stage"], { at: "releasing" }>, emit: Emit): PodLife {
  if (stage.step === "volumes" || life.sandboxWork.is === "stopping") return life;
  emit({ do: "release" });
  return { ...life, stage: { ...stage, step: "volumes" } };
}

function end(life: PodLife, stage: Extract<PodLife["stage"], { at: "ended" }>, emit: Emit): PodLife {
  if (life.objectGone) {
    emit({ do: "clean-up" });
    return { ...life, stage: { at: "gone" } };
  }
  if (life.pod.metadata.deletionTimestamp === undefined || stage.deleting) return life;
  emit({ do: "delete-object" });
  return { ...life, stage: { ...stage, deleting: true } };
}

function killAll(
  life: PodLife,
  containers: PodLife["containers"],
  graceSeconds: number,
  nowMs: number,
  emit: Emit,
): PodLife {
  let next = life;
  for (const container of containers) {
    const begun = beginKill(next, container, { graceSeconds, forRestart: false }, nowMs);
    begun.effects.forEach(emit);
    next = begun.life;
  }
  return next;
}

function killing(life: PodLife, nowMs: number, emit: Emit): PodLife {
  const sent = sendStops(life, nowMs);
  sent.effects.forEach(emit);
  return sent.life;
}

function deadlineMs(life: PodLife): number | undefined {
  const seconds = life.pod.spec.activeDeadlineSeconds;
  const { startTime } = life.pod.status;
  return seconds === undefined || startTime === undefined ? undefined : Date.parse(startTime) + seconds * 1000;
}

function pastDeadline(life: PodLife, nowMs: number): boolean {
  const deadline = deadlineMs(life);
  return deadline !== undefined && nowMs >= deadline;
}

function wakeAtMs(life: PodLife, nowMs: number): number | undefined {
  const times: (number | undefined)[] = [nextStopAtMs(life)];
  if (life.stage.at === "running") {
    times.push(deadlineMs(life));
    if (life.volumes.is === "failed") times.push(life.volumes.retryAtMs);
    if (life.sandboxWork.is === "failed") times.push(life.sandboxWork.retryAtMs);
    if (life.resize.work.is === "failed") times.push(life.resize.work.retryAtMs);
    for (const waiting of Object.values(life.waiting)) times.push(waiting.retryAtMs, waiting.later?.atMs);
  }
  // What was due by now has just been done, or waits for something else than time.
  const coming = times.filter((time) => time !== undefined && time > nowMs) as number[];
  return coming.length === 0 ? undefined : Math.min(...coming);
}
