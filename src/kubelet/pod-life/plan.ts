import type { Container } from "../../api/generated/core-v1.ts";
import { containerHash, remembered } from "../containers/labels.ts";
import { isSidecar } from "../containers/names.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import { restartsForResize } from "./resize.ts";
import { restartsAfter, restartsAfterKill } from "./restart.ts";
import type { PodLife } from "./state.ts";
import { isAlive, newest } from "./state.ts";

/** What the pod's containers need now; whether a delay forbids it is not asked here. */
export interface ContainerPlan {
  /** Nothing runs that must be kept, and nothing will ever start again: the pod is done. */
  readonly done: boolean;
  readonly start: readonly string[];
  readonly kill: readonly PlannedKill[];
}

export interface PlannedKill {
  readonly id: string;
  readonly name: string;
  readonly why: "liveness" | "startup" | "changed" | "resize";
  /** It starts again, whatever its exit code. */
  readonly restart: boolean;
  readonly message: string;
}

export type SandboxPlan =
  | { readonly need: "none"; readonly sandbox: SandboxStatus }
  /** The old ones go first. */
  | { readonly need: "new"; readonly attempt: number; readonly old: readonly SandboxStatus[] }
  /** The sandbox is gone and nothing would start in a new one. */
  | { readonly need: "end" };

/** Is there a sandbox to run containers in? A lost one is made anew, unless the pod is done. */
export function planSandbox(life: PodLife): SandboxPlan {
  const [latest, ...others] = life.sandboxes;
  if (latest === undefined) return { need: "new", attempt: 0, old: [] };
  const usable =
    latest.ready &&
    !others.some((other) => other.ready) &&
    (latest.network === "node" || latest.ips.length > 0) &&
    (latest.network === "node") === (life.pod.spec.hostNetwork === true);
  if (usable) return { need: "none", sandbox: latest };
  const { spec } = life.pod;
  if (spec.restartPolicy === "Never" && life.containers.length > 0) return { need: "end" };
  const succeeded = (container: Container) => {
    const status = newest(life, container.name);
    return status?.state === "exited" && status.exitCode === 0;
  };
  const toStart = spec.containers.filter(
    (container) => (container.restartPolicy ?? spec.restartPolicy) !== "OnFailure" || !succeeded(container),
  );
  const everCreated = spec.containers.some(({ name }) => newest(life, name) !== undefined);
  if (toStart.length === 0 && everCreated) return { need: "end" };
  return { need: "new", attempt: latest.identity.attempt + 1, old: life.sandboxes };
}

/** In a running sandbox: init containers in order, each once the one before has done its part, then all the others. */
export function planContainers(life: PodLife): ContainerPlan {
  const start: string[] = ephemeralToStart(life);
  const init = planInitContainers(life);
  start.push(...init.start);
  if (init.failed) return { done: true, start: [], kill: [] };
  if (!init.finished) return { done: false, start, kill: init.kill };
  const kill = [...init.kill];
  let kept = 0;
  let starting = 0;
  for (const container of life.pod.spec.containers) {
    const status = newest(life, container.name);
    if (status === undefined || !isAlive(status)) {
      if (shouldStart(life, container, status)) {
        start.push(container.name);
        starting += 1;
      }
      continue;
    }
    kept += 1;
    const reason = killReason(life, container, status, "Container");
    if (reason === undefined) continue;
    kill.push(
      reason.restart && reason.why !== "resize"
        ? { ...reason, message: `${reason.message}, will be restarted` }
        : reason,
    );
  }
  if (kept === 0 && starting === 0) return { done: true, start: [], kill: [] };
  return { done: false, start, kill };
}

interface InitPlan {
  readonly finished: boolean;
  readonly failed: boolean;
  readonly start: readonly string[];
  readonly kill: readonly PlannedKill[];
}

/**
 * Looks from the last init container back, because earlier ones may have been removed from the runtime: one that has run
 * proves that those before it have. Sidecars among them are kept running.
 */
function planInitContainers(life: PodLife): InitPlan {
  const containers = life.pod.spec.initContainers ?? [];
  const start: number[] = [];
  const kill: PlannedKill[] = [];
  let finished =
    containers.length === 0 ||
    life.pod.spec.containers.some(({ name }) => {
      const state = newest(life, name)?.state;
      return state === "created" || state === "running";
    });
  let initializedBefore = finished;
  for (let index = containers.length - 1; index >= 0; index--) {
    const container = containers[index]!;
    const status = newest(life, container.name);
    const last = index === containers.length - 1;
    if (status === undefined) {
      if (initializedBefore && isSidecar(container)) start.push(index);
      continue;
    }
    if (initializedBefore && !isSidecar(container)) continue;
    const passed = () => {
      if (last) finished = true;
      else if (!initializedBefore) start.push(index + 1);
    };
    switch (initState(life, container, status)) {
      case "failed":
        return { finished: false, failed: true, start: [], kill: [] };
      case "start":
        start.push(index);
        break;
      case "wait":
        break;
      case "passed":
        passed();
        break;
      case "kill": {
        const reason = killReason(life, container, status, "Init container")!;
        kill.push(reason);
        if (reason.why !== "startup") passed();
        break;
      }
    }
    initializedBefore = true;
  }
  if (!initializedBefore) start.push(0);
  return { finished, failed: false, start: start.reverse().map((index) => containers[index]!.name), kill };
}

type InitState = "failed" | "start" | "wait" | "passed" | "kill";

function initState(life: PodLife, container: Container, status: ContainerStatus): InitState {
  switch (status.state) {
    case "created":
      return "start";
    case "unknown":
    case "running": {
      if (!isSidecar(container)) return "wait";
      if (killReason(life, container, status, "Init container") !== undefined) return "kill";
      if (container.startupProbe !== undefined && life.probes[status.id]?.startup !== true) return "wait";
      return "passed";
    }
    case "exited":
      if (isSidecar(container)) return "start";
      if (status.exitCode === 0) return "passed";
      return restartsAfter(container, life.pod, status.exitCode) ? "start" : "failed";
  }
}

function killReason(
  life: PodLife,
  container: Container,
  status: ContainerStatus,
  called: string,
): PlannedKill | undefined {
  const verdicts = life.probes[status.id];
  const known = remembered(status.annotations).hash;
  const of = (why: PlannedKill["why"], what: string): PlannedKill => ({
    id: status.id,
    name: container.name,
    why,
    restart: why === "changed" || why === "resize" || restartsAfterKill(container, life.pod),
    message: `${called} ${container.name} ${what}`,
  });
  if (known !== "" && known !== containerHash(container)) return of("changed", "definition changed");
  if (verdicts?.liveness === false) return of("liveness", "failed liveness probe");
  if (verdicts?.startup === false) return of("startup", "failed startup probe");
  if (status.state === "running" && restartsForResize(life, container)) {
    return {
      ...of("resize", "resize requires restart"),
      message: `Container ${container.name} resize requires restart`,
    };
  }
  return undefined;
}

function shouldStart(life: PodLife, container: Container, status: ContainerStatus | undefined): boolean {
  if (life.pod.metadata.deletionTimestamp !== undefined) return false;
  if (status === undefined || status.state === "created" || life.kills[status.id]?.forRestart === true) return true;
  return restartsAfter(container, life.pod, status.exitCode);
}

/** Ephemeral containers run at most once, whatever else the pod waits for. */
function ephemeralToStart(life: PodLife): string[] {
  return (life.pod.spec.ephemeralContainers ?? [])
    .filter(({ name }) => newest(life, name) === undefined)
    .map(({ name }) => name);
}
