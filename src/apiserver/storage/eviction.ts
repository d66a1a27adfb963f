import type { Pod } from "../../api/generated/core-v1.ts";
import type { Eviction, PodDisruptionBudget } from "../../api/generated/policy-v1.ts";
import type { CallOptions } from "../../client/call.ts";
import { invalid } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { matches, selectorOf } from "../../machinery/labels.ts";
import { sameJson } from "../../machinery/same-json.ts";
import {
  badRequest,
  failure,
  internalError,
  invalidError,
  isStatus,
  notFoundError,
  success,
} from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { derivedOperation, type Operation, type Outcome } from "../operation.ts";
import { findEntry, isDryRun, resourceOf, type StorageContext } from "./context.ts";
import { deleteObject } from "./delete.ts";
import { ownedOnUpdate } from "./ownership.ts";
import { EVICTION, OLD_EVICTION } from "./part-kinds.ts";
import { admitQuestion } from "./question.ts";
import { modify } from "./update.ts";

const BUDGETS = "policy/poddisruptionbudgets";

/** `pods/eviction`: deletes a pod if its disruption budget allows it. */
export async function evictPod(context: StorageContext, operation: Operation): Promise<Outcome> {
  const { apiVersion } = (operation.body ?? {}) as { readonly apiVersion?: unknown };
  const kind = apiVersion === OLD_EVICTION.apiVersion ? OLD_EVICTION : EVICTION;
  const eviction = (await admitQuestion(context, operation, kind)) as unknown as Eviction;
  if ((eviction.metadata?.name ?? "") !== operation.name) {
    throw badRequest("name in URL does not match name in Eviction object");
  }
  const onPod = derivedOperation(operation, {
    verb: "delete",
    subresource: undefined,
    body: undefined,
    options: { ...operation.options, ...deleteOptions(operation, eviction) },
  });
  const pod = findEntry(context, onPod)?.value as Pod | undefined;
  if (pod === undefined) throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
  if (!isOver(pod)) await spend(context, onPod, pod);
  if (!isDryRun(onPod)) await markDisrupted(context, onPod);
  await deleteObject(context, onPod);
  return { type: "status", code: 201, status: success(undefined, 201) };
}

/** How the pod is to be deleted, which may be said in the query, too. */
function deleteOptions({ name = "", options }: Operation, { deleteOptions: asked = {} }: Eviction): CallOptions {
  if (asked.ignoreStoreReadErrorWithClusterBreakingPotential === true) {
    const field = "deleteOptions.ignoreStoreReadErrorWithClusterBreakingPotential";
    const issue = invalid(field, true, "can not be set for pod eviction, try after removing the option");
    throw invalidError({ group: EVICTION.group, name: EVICTION.kind }, name, [issue]);
  }
  const { dryRun: inQuery = [] } = options;
  const { dryRun = [] } = asked;
  if (inQuery.length > 0 && dryRun.length > 0 && !sameJson(inQuery, dryRun)) {
    const both = [inQuery, dryRun].map((values) => `[${values.join(" ")}]`).join(" and ");
    throw failure(500, "", `Non-matching dry-run options in request and content: ${both}`);
  }
  return { ...(asked as CallOptions), dryRun: dryRun.length > 0 ? dryRun : inQuery };
}

function isOver({ status, metadata }: Pod): boolean {
  const { phase } = status;
  return phase === "Succeeded" || phase === "Failed" || phase === "Pending" || metadata.deletionTimestamp !== undefined;
}

/** Takes one disruption out of the budget that covers the pod. @throws {StatusError} 429 where none is left */
async function spend(context: StorageContext, operation: Operation, pod: Pod): Promise<void> {
  const covering = context.store
    .list(`${BUDGETS}/${pod.metadata.namespace}/`)
    .entries.filter(({ value }) => covers(value as PodDisruptionBudget, pod));
  const [entry] = covering;
  if (entry === undefined) return;
  if (covering.length > 1)
    throw internalError(
      new Error("This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."),
    );
  if (isUnhealthyAndFree(entry.value as PodDisruptionBudget, pod)) return;
  const { name } = entry.value.metadata;
  // The server writes it by itself, on behalf of nobody.
  const onBudget = derivedOperation(operation, {
    kind: context.registry.byKind("policy", "v1", "PodDisruptionBudget")!,
    name,
    verb: "update",
    subresource: "status",
    userAgent: "kube-apiserver",
    options: operation.options.dryRun === undefined ? {} : { dryRun: operation.options.dryRun },
  });
  await modify(context, onBudget, (live) => {
    const status = withOneLess(live as PodDisruptionBudget, pod, context.clock.now());
    const object = { ...structuredClone(live), status } as unknown as MutableJsonObject;
    return { object, manage: (next) => ownedOnUpdate(context, onBudget, live, next) };
  });
}

/** @throws {StatusError} 429 */
function withOneLess(
  { metadata, status }: PodDisruptionBudget,
  pod: Pod,
  nowMs: number,
): PodDisruptionBudget["status"] {
  const { desiredHealthy, currentHealthy, observedGeneration, conditions = [] } = status;
  if (status.disruptionsAllowed <= 0) throw refused(metadata.name, desiredHealthy, currentHealthy);
  const disruptionsAllowed = status.disruptionsAllowed - 1;
  const disruptedPods = { ...status.disruptedPods, [pod.metadata.name]: formatTime(nowMs) };
  const next = { ...status, disruptionsAllowed, disruptedPods };
  if (disruptionsAllowed > 0) return next;
  const present = conditions.find(({ type }) => type === ALLOWED);
  if (present?.status === "False") return next;
  const condition = {
    type: ALLOWED,
    status: "False" as const,
    reason: "InsufficientPods",
    message: "",
    lastTransitionTime: formatTime(nowMs),
    ...(observedGeneration === undefined ? {} : { observedGeneration }),
  };
  return { ...next, conditions: [...conditions.filter(({ type }) => type !== ALLOWED), condition] };
}

const ALLOWED = "DisruptionAllowed";

function covers({ spec }: PodDisruptionBudget, { metadata }: Pod): boolean {
  return spec.selector !== undefined && matches(selectorOf(spec.selector), metadata.labels ?? {});
}

/** A pod that is not ready does not count as healthy, and taking it does no harm where the budget is met or says so. */
function isUnhealthyAndFree({ spec, status }: PodDisruptionBudget, pod: Pod): boolean {
  const ready = pod.status.conditions?.some(({ type, status: is }) => type === "Ready" && is === "True") === true;
  if (ready) return false;
  return (
    spec.unhealthyPodEvictionPolicy === "AlwaysAllow" ||
    (status.currentHealthy >= status.desiredHealthy && status.desiredHealthy > 0)
  );
}

function refused(name: string, desired: number, healthy: number): Error {
  const message = `The disruption budget ${name} needs ${desired} healthy pods and has ${healthy} currently`;
  return failure(429, "TooManyRequests", "Cannot evict pod as it would violate the pod's disruption budget.", {
    causes: [{ reason: "DisruptionBudget", message }],
  });
}

async function markDisrupted(context: StorageContext, operation: Operation): Promise<void> {
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastProbeTime: null,
    lastTransitionTime: formatTime(context.clock.now()),
  };
  try {
    await modify(context, derivedOperation(operation, { verb: "patch" }), (live) => {
      const pod = structuredClone(live) as Pod;
      const conditions = [...(pod.status.conditions ?? []).filter(({ type }) => type !== condition.type), condition];
      const object = { ...pod, status: { ...pod.status, conditions } } as unknown as MutableJsonObject;
      return { object, manage: () => {}, wholeObject: true };
    });
  } catch (error) {
    if (!isStatus(error, "NotFound", "Conflict")) throw error;
  }
}
