import type { PodCondition } from "../../api/generated/core-v1.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Resize } from "../pod-life/resize-state.ts";

export const RESIZE_CONDITIONS: readonly string[] = ["PodResizePending", "PodResizeInProgress"];

/** What is left to do of a resize. They name the generation that they are about, which need not be the newest. */
export function resizeConditions({ pending, progress }: Resize): readonly PodCondition[] {
  return [
    ...(pending === undefined ? [] : [condition("PodResizePending", pending)]),
    ...(progress === undefined
      ? []
      : [
          condition(
            "PodResizeInProgress",
            progress.error === undefined ? progress : { ...progress, reason: "Error", message: progress.error },
          ),
        ]),
  ];
}

function condition(
  type: string,
  {
    reason,
    message,
    generation,
    sinceMs,
  }: { readonly reason?: string; readonly message?: string; readonly generation: number; readonly sinceMs: number },
): PodCondition {
  return {
    type,
    status: "True",
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
    lastProbeTime: null,
    lastTransitionTime: formatTime(sinceMs),
    ...(generation === 0 ? {} : { observedGeneration: generation }),
  };
}
