import type { Pod } from "../../api/generated/core-v1.ts";
import type { Condition } from "../../api/generated/meta-v1.ts";
import type { PodDisruptionBudget } from "../../api/generated/policy-v1.ts";
import { setCondition } from "../../machinery/conditions.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";
import { isReady } from "../pods/condition.ts";
import { shareOf } from "../share.ts";

/** How soon a pod whose eviction was granted must be on its way. */
export const DELETION_MS = 120_000;

export interface BudgetPlan {
  readonly status: PodDisruptionBudget["status"];
  /** Pods whose eviction was granted but never came. */
  readonly notDeleted: readonly Pod[];
  readonly recheckAfterMs?: number;
}

/** Whether the number of pods wanted in all counts, and not only those that are there. */
export function needsScale({ spec }: PodDisruptionBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === "string";
}

/** How many disruptions a budget allows. @param scale how many pods their owners want in all. */
export function planBudget(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  scale: number,
  nowMs: number,
): BudgetPlan {
  const { minAvailable, maxUnavailable } = budget.spec;
  const expectedPods = needsScale(budget) ? scale : pods.length;
  const desiredHealthy =
    maxUnavailable === undefined
      ? shareOf(minAvailable, expectedPods, "up")
      : Math.max(0, expectedPods - shareOf(maxUnavailable, expectedPods, "up"));
  const { disrupted, notDeleted, recheckAfterMs } = granted(budget, pods, nowMs);
  const staying = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const currentHealthy = staying.filter((pod) => isReady(pod) && disrupted[pod.metadata.name] === undefined).length;
  const spare = currentHealthy - desiredHealthy;
  const disruptionsAllowed = expectedPods <= 0 ? 0 : Math.max(0, spare);
  const observedGeneration = budget.metadata.generation ?? 0;
  const status = {
    observedGeneration,
    ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
    disruptionsAllowed,
    currentHealthy,
    desiredHealthy,
    expectedPods,
    conditions: withAllowed(
      budget,
      disruptionsAllowed > 0
        ? { status: "True", reason: "SufficientPods", message: "" }
        : { status: "False", reason: "InsufficientPods", message: "" },
      observedGeneration,
      nowMs,
    ),
  };
  return { status, notDeleted, ...(recheckAfterMs === undefined ? {} : { recheckAfterMs }) };
}

/** When nothing certain can be said, nothing is allowed. */
export function failSafeStatus(
  budget: PodDisruptionBudget,
  message: string,
  nowMs: number,
): PodDisruptionBudget["status"] {
  const { observedGeneration = 0 } = budget.status;
  const said = { status: "False", reason: "SyncFailed", message };
  return { ...budget.status, disruptionsAllowed: 0, conditions: withAllowed(budget, said, observedGeneration, nowMs) };
}

function withAllowed(
  { status }: PodDisruptionBudget,
  said: Pick<Condition, "status" | "reason" | "message">,
  observedGeneration: number,
  nowMs: number,
): readonly Condition[] {
  const type = "DisruptionAllowed";
  const generation = observedGeneration === 0 ? {} : { observedGeneration };
  const condition = { type, ...said, ...generation, lastTransitionTime: formatTime(nowMs) } as Condition;
  return setCondition(status.conditions, condition);
}

function granted({ status }: PodDisruptionBudget, pods: readonly Pod[], nowMs: number) {
  const disrupted: Record<string, string> = {};
  const notDeleted: Pod[] = [];
  let recheckAfterMs: number | undefined;
  for (const pod of pods) {
    const since = status.disruptedPods?.[pod.metadata.name];
    if (since === undefined || pod.metadata.deletionTimestamp !== undefined) continue;
    const leftMs = parseTime(since) + DELETION_MS - nowMs;
    if (leftMs < 0) notDeleted.push(pod);
    else {
      disrupted[pod.metadata.name] = since;
      recheckAfterMs = Math.min(leftMs + 1, recheckAfterMs ?? leftMs + 1);
    }
  }
  return { disrupted, notDeleted, recheckAfterMs };
}
