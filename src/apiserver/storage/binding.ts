import type { Binding, Pod } from "../../api/generated/core-v1.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { copyJson } from "../../machinery/decode-compile.ts";
import { badRequest, conflictError, success } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Operation, Outcome } from "../operation.ts";
import { resourceOf, type StorageContext } from "./context.ts";
import { modify } from "./update.ts";

/** `pods/binding`: the scheduler's decision becomes the pod's node, once. */
export async function bindPod(context: StorageContext, operation: Operation): Promise<Outcome> {
  const binding = operation.body as Binding | undefined;
  const node = binding?.target?.name ?? "";
  if (node === "") throw badRequest("target.name: Required value");
  if (binding?.target.kind !== undefined && binding.target.kind !== "" && binding.target.kind !== "Node") {
    throw badRequest('target.kind: Unsupported value: supported values: "Node", "<empty>"');
  }
  const { subresource: _binding, ...onPod } = operation;
  await modify(context, onPod, (live) => {
    const pod = live as Pod;
    checkBindable(operation, binding!, pod);
    const annotations = { ...pod.metadata.annotations, ...binding?.metadata?.annotations };
    const labels = { ...pod.metadata.labels, ...binding?.metadata?.labels };
    const object = {
      ...pod,
      spec: { ...pod.spec, nodeName: node },
      metadata: {
        ...pod.metadata,
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
      },
      status: { ...pod.status, conditions: scheduledConditions(pod, formatTime(context.clock.now())) },
    };
    // The server itself writes here: no client manages these fields.
    return { object: copyJson(object) as MutableJsonObject, manage: () => {}, wholeObject: true };
  });
  return { type: "status", code: 201, status: success() };
}

function checkBindable(operation: Operation, binding: Binding, pod: Pod): void {
  const { uid } = binding.metadata ?? {};
  const name = pod.metadata.name;
  const conflict = (why: string) => conflictError({ ...resourceOf(operation.kind), name: "pods/binding" }, name, why);
  if (uid !== undefined && uid !== "" && uid !== pod.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${pod.metadata.uid}`;
    throw conflict(why);
  }
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    throw conflict(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) throw conflict(`pod ${name} has non-empty .spec.schedulingGates`);
}

function scheduledConditions(pod: Pod, now: string) {
  const others = pod.status.conditions?.filter((condition) => condition.type !== "PodScheduled") ?? [];
  const generation = pod.metadata.generation;
  const condition = {
    type: "PodScheduled",
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: now,
  };
  return [...others, condition];
}
