import type { Binding, Pod } from "../../api/generated/core-v1.ts";
import type { MutableJsonObject } from "../../machinery/json.ts";
import { badRequest, conflictError, failure, success } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import { checkNameParameter } from "../name-parameter.ts";
import { derivedOperation, type Operation, type Outcome } from "../operation.ts";
import { resourceOf, type StorageContext } from "./context.ts";
import { BINDING } from "./part-kinds.ts";
import { admitQuestion } from "./question.ts";
import { checkUid, checkVersion, modify } from "./update.ts";

/** `pods/binding`: the scheduler's decision becomes the pod's node, once. */
export async function bindPod(context: StorageContext, operation: Operation): Promise<Outcome> {
  const binding = (await admitQuestion(context, operation, BINDING)) as unknown as Binding;
  if ((binding.metadata.name ?? "") !== operation.name) {
    throw badRequest("name in URL does not match name in Binding object");
  }
  return bind(context, operation, binding);
}

/** `bindings`: the same by its older way, which names the pod in the body alone. */
export async function bindByCollection(context: StorageContext, operation: Operation): Promise<Outcome> {
  const { metadata, ...binding } = (await admitQuestion(context, operation, BINDING)) as unknown as Binding;
  // A new object of a collection has no identity yet.
  const { uid: _, ...named } = metadata;
  const kind = context.registry.byKind("", "v1", "Pod")!;
  const onPod = derivedOperation(operation, { kind, name: metadata.name ?? "" });
  return bind(context, onPod, { ...binding, metadata: named as Binding["metadata"] });
}

async function bind(context: StorageContext, operation: Operation, binding: Binding): Promise<Outcome> {
  const { target, metadata } = binding;
  checkTarget(target);
  checkNameParameter(operation.name ?? "");
  await modify(context, derivedOperation(operation, { subresource: undefined }), (live) => {
    const pod = live as Pod;
    checkUid(operation, metadata, live.metadata);
    checkVersion(operation, metadata, live.metadata);
    checkBindable(operation, pod);
    const annotations = { ...pod.metadata.annotations, ...metadata.annotations };
    const labels = { ...pod.metadata.labels, ...metadata.labels };
    // Whoever reads the hint from now on would take it for one that still holds.
    const { nominatedNodeName: _hint, ...status } = pod.status;
    const object = {
      ...pod,
      spec: { ...pod.spec, nodeName: target.name },
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

/** @throws {StatusError} 500: Kubernetes wraps these in no Status of their own */
function checkTarget({ kind = "", name = "" }: Binding["target"]): void {
  const problems = [
    ...(kind === "" || kind === "Node"
      ? []
      : [`target.kind: Unsupported value: ${JSON.stringify(kind)}: supported values: "Node", "<empty>"`]),
    ...(name === "" ? ["target.name: Required value"] : []),
  ];
  if (problems.length > 0) throw failure(500, "", problems.length > 1 ? `[${problems.join(", ")}]` : problems[0]!);
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
