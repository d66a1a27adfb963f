import type { Pod } from "../../api/generated/core-v1.ts";
import type { ContainerStatus, SandboxStatus } from "../ports/runtime.ts";
import type { Failure, ProbeKind, ShownLater } from "./state.ts";

/** What the driver tells the machine: changes of the object, of the runtime, and how effects went. */
export type Observation =
  | { readonly type: "pod"; readonly pod: Pod }
  | { readonly type: "object-gone" }
  /** The node refuses the pod, or evicts it. */
  | { readonly type: "failed"; readonly failure: Failure }
  /** All that the runtime has of this pod. */
  | {
      readonly type: "runtime";
      readonly sandboxes: readonly SandboxStatus[];
      readonly containers: readonly ContainerStatus[];
    }
  | { readonly type: "sandbox"; readonly sandbox: SandboxStatus }
  | { readonly type: "container"; readonly container: ContainerStatus }
  | { readonly type: "container-removed"; readonly id: string }
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
