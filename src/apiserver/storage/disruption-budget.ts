import type { Pod } from "../../api/generated/core-v1.ts";
import type { Condition } from "../../api/generated/meta-v1.ts";
import type { PodDisruptionBudget } from "../../api/generated/policy-v1.ts";
import { setCondition } from "../../machinery/conditions.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { matches, selectorOf } from "../../machinery/labels.ts";
import { failure, forbiddenError } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { derivedOperation, type Operation } from "../operation.ts";
import type { StorageContext } from "./context.ts";
import { ownedOnUpdate } from "./ownership.ts";
import { modify } from "./update.ts";

const BUDGETS = "policy/poddisruptionbudgets";
const ALLOWED = "DisruptionAllowed";
/** So many granted disruptions that nobody has seen to yet are too many. */
const MOST_DISRUPTED = 2000;

/** The budget that covers a pod, if one does. @throws {StatusError} 500 where several do */
export function budgetOf({ store }: StorageContext, { metadata }: Pod): PodDisruptionBudget | undefined {
  const covering = store
    .list(`${BUDGETS}/${metadata.namespace}/`)
    .entries.map(({ value }) => value as PodDisruptionBudget)
    .filter(({ spec }) => spec.selector !== undefined && matches(selectorOf(spec.selector), metadata.labels ?? {}));
  if (covering.length < 2) return covering[0];
  const why = "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
  throw failure(500, "", why);
}

/** A pod that is not ready does not count as healthy, and taking it does no harm where the budget is met or says so. */
export function isUnhealthyAndFree({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const ready = pod.status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
  if (ready) return false;
  return (
    spec.unhealthyPodEvictionPolicy === "AlwaysAllow" ||
    (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0)
  );
}

/**
 * Takes one disruption out of a pod's budget.
 * @param operation on the pod
 * @throws {StatusError} 429 where none is left, 403 where the budget is in disorder
 */
export async function spend(
  context: StorageContext,
  operation: Operation,
  { metadata: { name } }: PodDisruptionBudget,
  pod: Pod,
): Promise<void> {
  const { dryRun } = operation.options;
  // The server writes it by itself, on behalf of nobody.
  const onBudget = derivedOperation(operation, {
    kind: context.registry.byKind("policy", "v1", "PodDisruptionBudget")!,
    name,
    verb: "update",
    subresource: "status",
    userAgent: "kube-apiserver",
    options: dryRun === undefined ? {} : { dryRun },
  });
  await modify(context, onBudget, (live) => {
    const status = withOneLess(live as PodDisruptionBudget, pod, context.clock.now());
    const object = { ...structuredClone(live), status } as unknown as MutableJsonObject;
    return { object, manage: (next) => ownedOnUpdate(context, onBudget, live, next) };
  });
}

function withOneLess(budget: PodDisruptionBudget, pod: Pod, nowMs: number): PodDisruptionBudget["status"] {
  const { status } = budget;
  checkAllowed(budget);
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: formatTime(nowMs) };
  const next = { ...status, disruptionsAllowed, disruptedPods };
  if (disruptionsAllowed > 0) return next;
  const generation = status.observedGeneration ? { observedGeneration: status.observedGeneration } : {};
  const condition = { type: ALLOWED, status: "False", reason: "InsufficientPods", message: "", ...generation } as const;
  return {
    ...next,
    conditions: setCondition<Condition>(status.conditions, { ...condition, lastTransitionTime: formatTime(nowMs) }),
  };
}

function checkAllowed(budget: PodDisruptionBudget): void {
  const { metadata, status } = budget;
  const { observedGeneration = 0, disruptionsAllowed, disruptedPods = {} } = status;
  if (observedGeneration < (metadata.generation ?? 0)) throw stillProcessed(budget);
  if (disruptionsAllowed < 0) throw inDisorder(budget, "pdb disruptions allowed is negative");
  if (Object.keys(disruptedPods).length > MOST_DISRUPTED) {
    throw inDisorder(budget, "DisruptedPods map too big - too many evictions not confirmed by PDB controller");
  }
  if (disruptionsAllowed === 0) throw refused(whyNone(budget), 0);
}

/** Nothing can be said before the budget's loop has looked at it. */
export function stillProcessed({ metadata }: PodDisruptionBudget): Error {
  return refused(`The disruption budget ${metadata.name} is still being processed by the server.`, 10);
}

function inDisorder({ metadata }: PodDisruptionBudget, why: string): Error {
  return forbiddenError({ group: "policy", name: "poddisruptionbudget" }, metadata.name, why);
}

function whyNone({ metadata: { name }, status }: PodDisruptionBudget): string {
  const { desiredHealthy, currentHealthy, conditions = [] } = status;
  const condition = conditions.find(({ type }) => type === ALLOWED);
  const said = condition?.status === "False" ? condition.message : "";
  if (said !== "" && condition?.reason === "SyncFailed") {
    return `The disruption budget ${name} does not allow evicting pods currently because it failed sync: ${said}`;
  }
  if (currentHealthy <= desiredHealthy) {
    return `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`;
  }
  const currently = `The disruption budget ${name} does not allow evicting pods currently`;
  return said === "" ? currently : `${currently} (${condition!.reason}): ${said}`;
}

function refused(message: string, retryAfterSeconds: number): Error {
  return failure(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message }],
    ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
  });
}
