import type { Pod } from "../../api/generated/core-v1.ts";
import { findContainer } from "../containers/names.ts";
import { linuxResources } from "../containers/resources.ts";
import type { Effect, Observation } from "../pod-life/observation.ts";
import type { PodLife } from "../pod-life/state.ts";
import { memoryComplaint } from "../resize/memory-check.ts";
import type { ResizeStep } from "../resize/steps.ts";
import type { NodeParts } from "./parts.ts";
import { textOf } from "./start-container.ts";

/** Sets control groups step by step, and tells how far it came. */
export async function resizePod(
  { pod, containers }: PodLife,
  { steps, shrinking }: Extract<Effect, { do: "resize" }>,
  node: NodeParts,
  signal: AbortSignal,
): Promise<Extract<Observation, { type: "resized" }>> {
  const done: ResizeStep[] = [];
  try {
    if (shrinking.pod > 0 || shrinking.containers.length > 0) {
      const running = containers.filter(({ state }) => state === "running");
      const complaint = memoryComplaint(shrinking, await node.runtime.stats({ signal }), running);
      if (complaint !== undefined) return { type: "resized", done, error: complaint };
    }
    for (const step of steps) {
      await take(step, pod, node, signal);
      done.push(step);
    }
    return { type: "resized", done };
  } catch (error) {
    return { type: "resized", done, error: textOf(error) };
  }
}

async function take(step: ResizeStep, pod: Pod, node: NodeParts, signal: AbortSignal): Promise<void> {
  if (step.set === "pod") return await node.files.setLimits(pod, step.limits);
  const container = { ...findContainer(pod, step.name)!.spec, resources: step.requirements };
  await node.runtime.updateResources(step.id, linuxResources(pod, container, node.memoryCapacity), { signal });
}
