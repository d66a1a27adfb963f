import type { Binding, Pod } from "../../api/generated/core-v1.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { badRequest, conflictError, failure, success } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { derivedOperation, type Operation, type Outcome } from "../operation.ts";
import { resourceOf, type StorageContext } from "./context.ts";
import { checkUid, modify } from "./update.ts";

/** `pods/binding`: the scheduler's decision becomes the pod's node, once. */
export async function bindPod(context: StorageContext, operation: Operation): Promise<Outcome> {
  const binding = operation.body as Binding | undefined;
  if (binding === undefined || binding.metadata?.name !== operation.name) {
    throw badRequest("name in URL does not match name in Binding object");
  }
  const node = binding.target?.name ?? "";
  // Kubernetes wraps these in no Status of their own: they come out as failures of the server.
  if (node === "") throw failure(500, "", "target.name: Required value");
  const kind = binding.target.kind ?? "";
  if (kind !== "" && kind !== "Node") {
    throw failure(500, "", `target.kind: Unsupported value: "${kind}": supported values: "Node", "<empty>"`);
  }
  await modify(context, derivedOperation(operation, { subresource: undefined }), (live) => {
    const pod = live as Pod;
    checkUid(operation, binding.metadata, live.metadata);
    checkBindable(operation, pod);
    const annotations = { ...pod.metadata.annotations, ...binding?.metadata?.annotations };
    const labels = { ...pod.metadata.labels, ...binding?.metadata?.labels };
    // Whoever reads the hint from now on would take it for one that still holds.
    const { nominatedNodeName: _hint, ...status } = pod.status;
    const object = {
      ...pod,
      spec: { ...pod.spec, nodeName: node },
      metadata: {
        ...pod.metadata,
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
      },
      status: { ...status, conditions: scheduledConditions(pod, formatTime(context.clock.now())) },
    };
    // The server itself writes here: no client manages these fields. Only what is new above may be changed from here on.
    return { object: object as unknown as MutableJsonObject, manage: () => {}, wholeObject: true };
  });
  return { type: "status", code: 201, status: success(undefined, 201) };
}

/** `bindings`: the same by its older way, which names the pod in the body alone. */
export async function bindByCollection(context: StorageContext, operation: Operation): Promise<Outcome> {
  const name = (operation.body as Binding | undefined)?.metadata?.name ?? "";
  const kind = context.registry.byKind("", "v1", "Pod")!;
  return bindPod(context, derivedOperation(operation, { kind, name }));
}

function checkBindable(operation: Operation, pod: Pod): void {
  const name = pod.metadata.name;
  const conflict = (why: string) => conflictError({ ...resourceOf(operation.kind), name: "pods/binding" }, name, why);
  if (pod.metadata.deletionTimestamp !== undefined)
    throw conflict(`pod ${name} is being deleted, cannot be assigned to a host`);
  if ((pod.spec.nodeName ?? "") !== "")
    throw conflict(`pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  const gates = pod.spec.schedulingGates ?? [];
  if (gates.length > 0) throw conflict(`pod ${name} has non-empty .spec.schedulingGates`);
}

function scheduledConditions(pod: Pod, now: string) {
  const others = pod.status.conditions?.filter((condition) => condition.type !== "PodScheduled") ?? [];
  const condition = {
    type: "PodScheduled",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: now,
  };
  return [...others, condition];
}
