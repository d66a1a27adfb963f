import type { Container, Pod, ResourceRequirements } from "../../api/generated/core-v1.ts";
import { findContainer } from "../containers/names.ts";
import { podCgroupLimits } from "../containers/resources.ts";
import type { ContainerStatus } from "../ports/runtime.ts";
import { resizeMessage } from "../resize/messages.ts";
import { differ, resourcesOf, sameResources, withResources } from "../resize/pod-resources.ts";
import type { Outdated, ResizeStep } from "../resize/steps.ts";
import { resizeSteps, shrinkingMemory, wantedOf } from "../resize/steps.ts";
import type { Effect, PodEvent } from "./observation.ts";
import type { PendingResize } from "./resize-state.ts";
import type { PodLife } from "./state.ts";
import { isAlive, newest } from "./state.ts";

const RETRY_MS = 10_000;

type Emit = (effect: Effect) => void;

/** A newer version of the object: what it asks for anew is kept apart until the node gives it. */
export function withNewObject(life: PodLife, pod: Pod): PodLife {
  const given = resourcesOf(life.pod);
  const wanted = resourcesOf(pod);
  if (!sameResources(given, wanted))
    return { ...life, pod: withResources(pod, given), resize: { ...life.resize, wanted } };
  if (life.resize.wanted === undefined) return { ...life, pod };
  return { ...life, pod, resize: { ...life.resize, wanted: undefined, askedFor: undefined, pending: undefined } };
}

/** The node gives what was asked for. */
export function granted(life: PodLife, nowMs: number, emit: Emit): PodLife {
  const { wanted, outdated } = life.resize;
  if (wanted === undefined) return life;
  const pod = withResources(life.pod, wanted);
  const generation = generationOf(pod);
  emit(event("Normal", "ResizeStarted", resizeMessage("Pod resize started", pod, generation)));
  emit({ do: "remember-resources" });
  const containers: Record<string, ResourceRequirements> = {};
  for (const { name } of [...(pod.spec.initContainers ?? []), ...pod.spec.containers]) {
    const held = outdated.containers[name] ?? wantedOf(life.pod, name);
    const exists = life.starting === name || newest(life, name) !== undefined;
    if (exists && isOutdated(held, wantedOf(pod, name))) containers[name] = held;
  }
  return {
    ...life,
    pod,
    resize: {
      wanted: undefined,
      askedFor: undefined,
      pending: undefined,
      progress: { generation, sinceMs: nowMs },
      outdated: { containers, cgroup: outdatedCgroup(pod, outdated.cgroup ?? podCgroupLimits(life.pod)) },
      work: life.resize.work.is === "failed" ? { is: "idle" } : life.resize.work,
    },
  };
}

export function refused(
  life: PodLife,
  answer: Pick<PendingResize, "reason" | "message">,
  nowMs: number,
  emit: Emit,
): PodLife {
  const { wanted, pending } = life.resize;
  if (wanted === undefined) return life;
  const { reason, message } = answer;
  const generation = generationOf(life.pod);
  if (pending?.reason !== reason || pending.generation !== generation) {
    const text = resizeMessage(`Pod resize ${reason}`, withResources(life.pod, wanted), generation, message);
    emit(event("Warning", `Resize${reason}`, text));
  } else if (pending.message === message) return life;
  const sinceMs = pending?.reason === reason ? pending.sinceMs : nowMs;
  return { ...life, resize: { ...life.resize, pending: { reason, message, generation, sinceMs } } };
}

/** Some steps are done: all of them, or those before one that failed. */
export function stepsDone(
  life: PodLife,
  { done, error }: { readonly done: readonly ResizeStep[]; readonly error?: string },
  nowMs: number,
  emit: Emit,
): PodLife {
  let { outdated, progress } = life.resize;
  for (const step of done) outdated = afterStep(life.pod, outdated, step);
  if (done.length > 0) emit({ do: "remember-resources" });
  if (error === undefined) return { ...life, resize: { ...life.resize, outdated, work: { is: "idle" } } };
  if (progress?.error !== error) {
    const generation = progress?.generation ?? generationOf(life.pod);
    emit(event("Warning", "ResizeError", resizeMessage("Pod resize error", life.pod, generation, error)));
    progress = { generation, sinceMs: nowMs, error };
  }
  return {
    ...life,
    resize: { ...life.resize, outdated, progress, work: { is: "failed", retryAtMs: nowMs + RETRY_MS } },
  };
}

/** A container that starts now gets what the pod has by now. */
export function startedAnew(life: PodLife, name: string, emit: Emit): PodLife {
  const { outdated } = life.resize;
  if (outdated.containers[name] === undefined) return life;
  const { [name]: _before, ...containers } = outdated.containers;
  emit({ do: "remember-resources" });
  return { ...life, resize: { ...life.resize, outdated: { ...outdated, containers } } };
}

/** Asks the node, sets what it has given, tells when all is set. Containers that must be restarted are killed first. */
export function resizing(life: PodLife, nowMs: number, emit: Emit): PodLife {
  const { wanted, askedFor, work, progress } = life.resize;
  const generation = generationOf(life.pod);
  if (wanted !== undefined && askedFor !== generation) {
    emit({ do: "ask-for-resources" });
    return { ...life, resize: { ...life.resize, askedFor: generation } };
  }
  if (work.is === "setting" || (work.is === "failed" && nowMs < work.retryAtMs)) return life;
  if (isSettling(life)) return life;
  const running = life.containers.filter((one) => isRunning(one) && isResizable(life.pod, one.name));
  const steps = resizeSteps(life.pod, life.resize.outdated, running);
  if (steps.length > 0) {
    emit({ do: "resize", steps, shrinking: shrinkingMemory(life.pod, life.resize.outdated, running) });
    return { ...life, resize: { ...life.resize, work: { is: "setting" } } };
  }
  if (progress === undefined)
    return work.is === "idle" ? life : { ...life, resize: { ...life.resize, work: { is: "idle" } } };
  emit(event("Normal", "ResizeCompleted", resizeMessage("Pod resize completed", life.pod, progress.generation)));
  return { ...life, resize: { ...life.resize, progress: undefined, work: { is: "idle" } } };
}

/** Must the container be restarted to have what it was given? */
export function restartsForResize(life: PodLife, container: Container): boolean {
  const held = life.resize.outdated.containers[container.name];
  if (held === undefined) return false;
  const wanted = wantedOf(life.pod, container.name);
  return (container.resizePolicy ?? []).some(
    ({ resourceName, restartPolicy }) =>
      restartPolicy === "RestartContainer" &&
      (resourceName === "cpu" || resourceName === "memory") &&
      differ(held, wanted, resourceName),
  );
}

/** Groups grow before containers that are to use them start. */
export function holdsBackStarts(life: PodLife): boolean {
  return life.resize.work.is === "setting";
}

/** Containers are about to start or end: what is set now might not fit them. */
function isSettling(life: PodLife): boolean {
  if (life.starting !== undefined || life.sandboxes[0]?.ready !== true) return true;
  return life.containers.some((one) => {
    if (!isAlive(one)) return false;
    if (life.kills[one.id] !== undefined) return true;
    const container = findContainer(life.pod, one.name)?.spec;
    return container !== undefined && restartsForResize(life, container);
  });
}

function isRunning({ state }: ContainerStatus): boolean {
  return state === "running";
}

/** Init containers that end are left as they began. */
function isResizable(pod: Pod, name: string): boolean {
  const type = findContainer(pod, name)?.type;
  return type === "container" || type === "sidecar";
}

function isOutdated(held: ResourceRequirements, wanted: ResourceRequirements): boolean {
  return differ(held, wanted, "cpu") || differ(held, wanted, "memory");
}

function outdatedCgroup(pod: Pod, held: Outdated["cgroup"]): Outdated["cgroup"] {
  if (held === undefined) return undefined;
  const wanted = podCgroupLimits(pod);
  const same =
    held.cpuShares === wanted.cpuShares && held.cpuQuota === wanted.cpuQuota && held.memoryLimit === wanted.memoryLimit;
  return same ? undefined : held;
}

function afterStep(pod: Pod, outdated: Outdated, step: ResizeStep): Outdated {
  if (step.set === "pod") return { ...outdated, cgroup: outdatedCgroup(pod, step.limits) };
  const { [step.name]: _before, ...others } = outdated.containers;
  const open = isOutdated(step.requirements, wantedOf(pod, step.name));
  return { ...outdated, containers: open ? { ...others, [step.name]: step.requirements } : others };
}

function generationOf(pod: Pod): number {
  return pod.metadata.generation ?? 0;
}

function event(type: PodEvent["type"], reason: string, message: string): Effect {
  return { do: "event", event: { type, reason, message } };
}
