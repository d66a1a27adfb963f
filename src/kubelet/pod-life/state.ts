import type { Pod } from "../../api/generated/core-v1.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import type { PodEvent } from "./observation.ts";
import type { RememberedResources, Resize } from "./resize-state.ts";
import { firstResize } from "./resize-state.ts";

/** All that the kubelet knows of one pod. Each step makes a new one; nothing in it is ever changed in place. */
export interface PodLife {
  /** The newest version seen, but with the resources that the node has given it. */
  readonly pod: Pod;
  readonly resize: Resize;
  /** The API no longer has the object. */
  readonly objectGone: boolean;
  readonly stage: Stage;
  readonly volumes: Volumes;
  /** Newest first. */
  readonly sandboxes: readonly SandboxStatus[];
  readonly sandboxWork: SandboxWork;
  /** Every container that the runtime has of this pod, newest first. */
  readonly containers: readonly ContainerStatus[];
  /** The container that is being started. They start one after another, as postStart hooks rely on it. */
  readonly starting: string | undefined;
  /** Why containers that should run do not, by name. */
  readonly waiting: Readonly<Record<string, Waiting>>;
  /** The delay before the next restart, by container name. */
  readonly backOffs: Readonly<Record<string, BackOff>>;
  /** Containers that are being stopped, by id. */
  readonly kills: Readonly<Record<string, Kill>>;
  /** Probes' verdicts by container id. */
  readonly probes: Readonly<Record<string, ProbeVerdicts>>;
}

export type Stage =
  | { readonly at: "running" }
  /** Containers are being stopped. */
  | { readonly at: "terminating"; readonly graceSeconds: number; readonly sinceMs: number; readonly failure?: Failure }
  /** No container runs any more: the sandbox is being stopped, then volumes are given back. */
  | { readonly at: "releasing"; readonly step: "sandbox" | "volumes"; readonly failure?: Failure }
  /** Nothing of the pod is in use; it stays in the API until somebody deletes it. */
  | { readonly at: "ended"; readonly failure?: Failure; readonly deleting: boolean }
  /** The last traces in the runtime and on disk are being removed; the kubelet then forgets the pod. */
  | { readonly at: "gone" };

/** Why a pod is Failed whatever its containers say. */
export interface Failure {
  readonly reason: string;
  readonly message: string;
  /** The node never took it: nothing is said of its containers. */
  readonly refused?: true;
  /** Why the pod was disrupted, as its condition DisruptionTarget says. */
  readonly disruption?: "TerminationByKubelet";
}

export type Volumes =
  | { readonly is: "absent" }
  /** `found`: nothing that they show is missing any more, and what is left is to write it. */
  | { readonly is: "preparing"; readonly attempt: number; readonly found: boolean }
  | { readonly is: "ready" }
  | { readonly is: "failed"; readonly attempt: number; readonly retryAtMs: number };

export type SandboxWork =
  | { readonly is: "idle" }
  /** `failures` counts the tries that failed before this one. */
  | { readonly is: "creating"; readonly failures: number }
  | { readonly is: "stopping"; readonly ids: readonly string[] }
  | { readonly is: "failed"; readonly failures: number; readonly retryAtMs: number };

export interface Waiting {
  readonly reason: string;
  readonly message: string;
  /** When to try again. */
  readonly retryAtMs: number;
  readonly later?: ShownLater;
}

/** What is shown from some moment on, before the next try: ErrImagePull becomes ImagePullBackOff. */
export interface ShownLater {
  readonly atMs: number;
  readonly reason: string;
  readonly message: string;
  readonly event: PodEvent;
}

export interface BackOff {
  /** A changed definition starts from the beginning. */
  readonly hash: string;
  readonly delayMs: number;
  readonly updatedAtMs: number;
}

export interface Kill {
  readonly name: string;
  readonly sinceMs: number;
  readonly graceSeconds: number;
  readonly hook: "none" | "running" | "done";
  readonly stopSent: boolean;
  /** Killed to be started again at once (a failed probe, a changed definition), whatever its exit code. */
  readonly forRestart: boolean;
}

export type ProbeKind = "liveness" | "readiness" | "startup";
export type ProbeVerdicts = Readonly<Partial<Record<ProbeKind, boolean>>>;

/** A pod of which nothing is known but its object, and what an earlier kubelet gave it. */
export function newLife(pod: Pod, given?: RememberedResources): PodLife {
  return {
    ...firstResize(pod, given),
    objectGone: false,
    stage: { at: "running" },
    volumes: { is: "absent" },
    sandboxes: [],
    sandboxWork: { is: "idle" },
    containers: [],
    starting: undefined,
    waiting: {},
    backOffs: {},
    kills: {},
    probes: {},
  };
}

/** The newest container of a name. */
export function newest(life: PodLife, name: string): ContainerStatus | undefined {
  return life.containers.find((container) => container.name === name);
}

export function isAlive(container: ContainerStatus): boolean {
  return container.state === "running" || container.state === "unknown";
}

/** A container that was killed to be started again at once has not come back yet. */
export function isReplacing(life: PodLife): boolean {
  return Object.entries(life.kills).some(([id, { name, forRestart }]) => {
    const present = newest(life, name);
    if (!forRestart || present === undefined || life.waiting[name] !== undefined) return false;
    return present.id === id ? present.state === "exited" : present.state === "created";
  });
}

/** Everything is stopped, or never ran. */
export function nothingRuns(life: PodLife): boolean {
  return !life.containers.some(isAlive);
}
