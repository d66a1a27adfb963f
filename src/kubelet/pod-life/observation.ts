import type { Pod } from "../../api/generated/core-v1.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import type { ResizeStep, ShrinkingMemory } from "../resize/steps.ts";
import type { PendingResize } from "./resize-state.ts";
import type { Failure, ProbeKind, ShownLater } from "./state.ts";

/** What the driver tells the machine: changes of the object, of the runtime, and how effects went. */
export type Observation =
  | { readonly type: "pod"; readonly pod: Pod }
  | { readonly type: "object-gone" }
  /** The node's answers to what the pod asks for. */
  | { readonly type: "resources-granted" }
  | ({ readonly type: "resources-refused" } & Pick<PendingResize, "reason" | "message">)
  /** Steps of a resize are set; with an error, those before the one that failed. */
  | { readonly type: "resized"; readonly done: readonly ResizeStep[]; readonly error?: string }
  /** The node refuses the pod, or evicts it. */
  | { readonly type: "failed"; readonly failure: Failure; readonly graceSeconds?: number }
  /** All that the runtime has of this pod. */
  | {
      readonly type: "runtime";
      readonly sandboxes: readonly SandboxStatus[];
      readonly containers: readonly ContainerStatus[];
    }
  | { readonly type: "sandbox"; readonly sandbox: SandboxStatus }
  | { readonly type: "container"; readonly container: ContainerStatus }
  | { readonly type: "container-removed"; readonly id: string }
  /** Nothing that the volumes show is missing: they are being written. May be left out where that takes no time. */
  | { readonly type: "volumes-found" }
  | { readonly type: "volumes-ready" }
  | { readonly type: "volumes-failed" }
  | { readonly type: "sandbox-failed" }
  | { readonly type: "sandboxes-stopped" }
  | { readonly type: "start-done"; readonly name: string }
  | { readonly type: "start-failed"; readonly name: string; readonly failure: StartFailure }
  | { readonly type: "hook-done"; readonly id: string }
  /** The runtime could not stop a container; it is tried again. */
  | { readonly type: "stop-failed"; readonly id: string }
  | { readonly type: "probe"; readonly id: string; readonly kind: ProbeKind; readonly healthy: boolean }
  | { readonly type: "released" }
  | { readonly type: "delete-failed" }
  /** Time has passed. */
  | { readonly type: "wake" };

export interface StartFailure {
  /** As it stands in the container's waiting state: `ErrImagePull`, `CreateContainerConfigError`, … */
  readonly reason: string;
  readonly message: string;
  /** A pull has its own back-off; other failures have the machine's delay. */
  readonly retryAtMs?: number;
  readonly later?: ShownLater;
}

/** What the machine asks the driver to do. Each is answered by an observation, unless said otherwise. */
export type Effect =
  | { readonly do: "prepare-volumes" }
  | { readonly do: "run-sandbox"; readonly attempt: number }
  | { readonly do: "stop-sandboxes"; readonly ids: readonly string[] }
  | {
      readonly do: "start-container";
      readonly name: string;
      readonly sandboxId: string;
      /** Undefined: as the log directory tells, since the runtime has no container of this name any more. */
      readonly restartCount: number | undefined;
    }
  /** Unanswered: what is being started is given up, and answers as a failure. */
  | { readonly do: "abort-starts" }
  | { readonly do: "run-pre-stop"; readonly id: string; readonly name: string; readonly graceSeconds: number }
  | { readonly do: "stop-container"; readonly id: string; readonly name: string; readonly graceSeconds: number }
  /** Unanswered: with its log. */
  | { readonly do: "remove-container"; readonly id: string }
  /** The object asks for resources that the pod does not have. */
  | { readonly do: "ask-for-resources" }
  /** In this order, up to the first that fails, and nothing if more memory is used than shall be allowed. */
  | { readonly do: "resize"; readonly steps: readonly ResizeStep[]; readonly shrinking: ShrinkingMemory }
  /** Unanswered: a restarted kubelet must know what the pod was given. */
  | { readonly do: "remember-resources" }
  | { readonly do: "release" }
  | { readonly do: "delete-object" }
  /** Unanswered: containers, sandboxes, logs and folders of the pod are removed, and the worker ends. */
  | { readonly do: "clean-up" }
  /** Unanswered. */
  | { readonly do: "event"; readonly event: PodEvent };

export interface PodEvent {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** The container it is about. */
  readonly container?: string;
}
