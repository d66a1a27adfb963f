import type { Container, Pod } from "../../api/generated/core-v1.ts";
import { containerHash } from "../containers/labels.ts";
import { formatDuration } from "../../machinery/duration.ts";
import { podText } from "../containers/names.ts";
import type { BackOff } from "./state.ts";

const FIRST_DELAY_MS = 10_000;
const LONGEST_DELAY_MS = 300_000;
/** A container that has not failed for this long begins anew. */
const FORGOTTEN_AFTER_MS = 2 * LONGEST_DELAY_MS;

/** Does the container start again after this exit code? Its own rules and policy come before the pod's. */
export function restartsAfter(container: Container, pod: Pod, exitCode: number): boolean {
  if (container.restartPolicy !== undefined) {
    for (const rule of container.restartPolicyRules ?? []) {
      const codes = rule.exitCodes;
      if (codes === undefined) continue;
      const listed = (codes.values ?? []).includes(exitCode);
      if (codes.operator === "In" ? listed : !listed) {
        if (rule.action === "Restart" || rule.action === "RestartAllContainers") return true;
      }
    }
  }
  switch (container.restartPolicy ?? pod.spec.restartPolicy ?? "Always") {
    case "Never":
      return false;
    case "OnFailure":
      return exitCode !== 0;
    default:
      return true;
  }
}

/** Restarts a container that was killed while it ran: exit codes do not count. */
export function restartsAfterKill(container: Container, pod: Pod): boolean {
  return (container.restartPolicy ?? pod.spec.restartPolicy ?? "Always") !== "Never";
}

export type RestartVerdict =
  | { readonly now: true; readonly backOff: BackOff }
  | { readonly now: false; readonly retryAtMs: number; readonly delayMs: number };

/**
 * May a container that ended at `finishedAtMs` start again? The first restart is immediate; the next ones wait 10 s after
 * the end, doubling up to 5 minutes, and ten quiet minutes reset it.
 */
export function restartVerdict(
  container: Container,
  previous: BackOff | undefined,
  finishedAtMs: number,
  nowMs: number,
): RestartVerdict {
  const hash = containerHash(container);
  if (previous === undefined || previous.hash !== hash || finishedAtMs - previous.updatedAtMs > FORGOTTEN_AFTER_MS) {
    return { now: true, backOff: { hash, delayMs: FIRST_DELAY_MS, updatedAtMs: nowMs } };
  }
  if (nowMs - finishedAtMs < previous.delayMs) {
    return { now: false, retryAtMs: finishedAtMs + previous.delayMs, delayMs: previous.delayMs };
  }
  const delayMs = Math.min(previous.delayMs * 2, LONGEST_DELAY_MS);
  return { now: true, backOff: { hash, delayMs, updatedAtMs: nowMs } };
}

export function crashLoopMessage(pod: Pod, container: string, delayMs: number): string {
  return `back-off ${formatDuration(delayMs)} restarting failed container=${container} pod=${podText(pod)}`;
}
