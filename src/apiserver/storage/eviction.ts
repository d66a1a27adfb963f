import type { Pod, PodCondition } from "../../api/generated/core-v1.ts";
import type { Eviction } from "../../api/generated/policy-v1.ts";
import type { CallOptions } from "../../client/call.ts";
import { setCondition } from "../../machinery/conditions.ts";
import { invalid } from "../../machinery/issue.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { badRequest, failure, invalidError, isStatus, notFoundError, success } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { derivedOperation, type Operation, type Outcome } from "../operation.ts";
import { findEntry, isDryRun, resourceOf, type StorageContext } from "./context.ts";
import { checkPreconditions, deleteAdmitted } from "./delete.ts";
import { budgetOf, isUnhealthyAndFree, spend, stillProcessed } from "./disruption-budget.ts";
import { EVICTION, OLD_EVICTION } from "./part-kinds.ts";
import { admitQuestion } from "./question.ts";
import { modify } from "./update.ts";

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
  if (!(await deleteUncounted(context, onPod))) await deleteCounted(context, onPod);
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

/** Deletes a pod that no budget counts: one that is over or does not run yet. Tells whether it is one. */
async function deleteUncounted(context: StorageContext, operation: Operation): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const pod = podOf(context, operation);
    const { phase } = pod.status;
    const isOver = phase === "Succeeded" || phase === "Failed" || pod.metadata.deletionTimestamp !== undefined;
    if (!isOver && phase !== "Pending") return false;
    try {
      await disrupt(context, isOver || asksVersion(operation) ? operation : asSeen(operation, pod));
      return true;
    } catch (error) {
      // It may run and be ready by now, and count.
      if (attempt === ATTEMPTS || asksVersion(operation) || !isStatus(error, "Conflict")) throw error;
    }
  }
}

const ATTEMPTS = 20;

async function deleteCounted(context: StorageContext, operation: Operation): Promise<void> {
  const pod = podOf(context, operation);
  const budget = budgetOf(context, pod);
  if (budget === undefined || !isUnhealthyAndFree(budget, pod)) {
    if (budget !== undefined) await spend(context, operation, budget, pod);
    await disrupt(context, operation);
    return;
  }
  try {
    await disrupt(context, asSeen(operation, pod));
  } catch (error) {
    // It may be healthy by now: clients are to ask again.
    if (asksVersion(operation) || !isStatus(error, "Conflict")) throw error;
    throw stillProcessed(budget);
  }
}

function podOf(context: StorageContext, operation: Operation): Pod {
  const pod = findEntry(context, operation)?.value as Pod | undefined;
  if (pod === undefined) throw notFoundError(resourceOf(operation.kind), operation.name ?? "");
  return pod;
}

function asksVersion({ options }: Operation): boolean {
  return options.preconditions?.resourceVersion !== undefined;
}

/** The deletion of an object that nobody has written since it was looked at. */
function asSeen(operation: Operation, { metadata: { resourceVersion } }: KubeObject): Operation {
  const { options } = operation;
  return derivedOperation(operation, {
    options: { ...options, preconditions: { ...options.preconditions, resourceVersion } },
  });
}

/** Deletes a pod that says why by then. Who asked for its eviction has been let in; nobody is asked about the deletion. */
async function disrupt(context: StorageContext, operation: Operation): Promise<void> {
  await deleteAdmitted(context, isDryRun(operation) ? operation : await markDisrupted(context, operation));
}

/** What is to be deleted then is the pod as it is marked. */
async function markDisrupted(context: StorageContext, operation: Operation): Promise<Operation> {
  const { uid, resourceVersion } = operation.options.preconditions ?? {};
  const wanted = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
  const condition = {
    type: "DisruptionTarget",
    status: "True" as const,
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
    lastProbeTime: null,
    lastTransitionTime: formatTime(context.clock.now()),
  };
  const { object } = await modify(context, derivedOperation(operation, { verb: "patch" }), (live) => {
    checkPreconditions(operation.kind, wanted, live);
    const pod = structuredClone(live) as Pod;
    const conditions = setCondition<PodCondition>(pod.status.conditions, condition);
    const marked = { ...pod, status: { ...pod.status, conditions } } as unknown as MutableJsonObject;
    return { object: marked, manage: () => {}, wholeObject: true };
  });
  return asksVersion(operation) ? asSeen(operation, object) : operation;
}
