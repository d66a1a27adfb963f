import type { Pod } from "../../api/generated/core-v1.ts";
import type { PodResources } from "../resize/pod-resources.ts";
import { resourcesOf, withResources } from "../resize/pod-resources.ts";
import type { Outdated } from "../resize/steps.ts";
import { nothingOutdated } from "../resize/steps.ts";

// A pod is known here with the resources that the node has given it, whatever its object asks for by now. What it asks for
// beyond that is put to the node; what the node grants is then set, in the control groups or by a restart.

export interface Resize {
  /** What the object asks for, where the node has not given it. */
  readonly wanted: PodResources | undefined;
  /** The generation for which the node has been asked. */
  readonly askedFor: number | undefined;
  readonly pending: PendingResize | undefined;
  readonly progress: ResizeProgress | undefined;
  readonly outdated: Outdated;
  readonly work: ResizeWork;
}

/** The node cannot give what is asked for, now or ever. */
export interface PendingResize {
  readonly reason: "Deferred" | "Infeasible";
  readonly message: string;
  readonly generation: number;
  readonly sinceMs: number;
}

/** What the node has given is being set. */
export interface ResizeProgress {
  readonly generation: number;
  readonly sinceMs: number;
  readonly error?: string;
}

export type ResizeWork =
  | { readonly is: "idle" }
  | { readonly is: "setting" }
  | { readonly is: "failed"; readonly retryAtMs: number };

/** What outlives the kubelet. */
export interface RememberedResources {
  readonly given: PodResources;
  readonly outdated: Outdated;
}

/** A pod as it is first seen, with what its conditions tell of a resize. */
export function firstResize(
  pod: Pod,
  known: RememberedResources | undefined,
): { readonly pod: Pod; readonly resize: Resize } {
  const given = known === undefined ? pod : withResources(pod, known.given);
  const condition = (type: string) => pod.status.conditions?.find((one) => one.type === type);
  const [pending, progress] = [condition("PodResizePending"), condition("PodResizeInProgress")];
  const sinceMs = (time: string | null | undefined) => Date.parse(time ?? "") || 0;
  return {
    pod: given,
    resize: {
      wanted: given === pod ? undefined : resourcesOf(pod),
      askedFor: undefined,
      pending:
        pending === undefined || given === pod
          ? undefined
          : {
              reason: pending.reason === "Infeasible" ? "Infeasible" : "Deferred",
              message: pending.message ?? "",
              generation: pending.observedGeneration ?? 0,
              sinceMs: sinceMs(pending.lastTransitionTime),
            },
      progress:
        progress === undefined
          ? undefined
          : {
              generation: progress.observedGeneration ?? 0,
              sinceMs: sinceMs(progress.lastTransitionTime),
              ...(progress.reason === "Error" ? { error: progress.message ?? "" } : {}),
            },
      outdated: known?.outdated ?? nothingOutdated,
      work: { is: "idle" },
    },
  };
}
