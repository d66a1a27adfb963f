import { Pod } from "../../api/core/v1/pod.ts";
import type { PodTemplateSpec } from "../../api/generated/core-v1.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { isStatus } from "../../machinery/status.ts";
import type { ReconcileContext } from "../../reconciler/controller.ts";
import { controllerReference } from "../../reconciler/ownership.ts";

/** Makes one pod of an owner's template, and tells of it by an event on the owner. */
export async function createFromTemplate(
  { client, events, signal }: ReconcileContext,
  owner: KubeObject,
  template: PodTemplateSpec,
  { generateName = `${owner.metadata.name}-` }: { readonly generateName?: string } = {},
): Promise<void> {
  const { metadata = {}, spec } = template;
  const draft = {
    metadata: {
      ...(metadata.annotations === undefined ? {} : { annotations: metadata.annotations }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
      labels: metadata.labels ?? {},
      generateName,
      namespace: owner.metadata.namespace!,
      ownerReferences: [controllerReference(owner)],
    },
    spec: spec!,
  };
  try {
    const pod = await client.create(Pod, draft, { signal });
    events.record(owner, "Normal", "SuccessfulCreate", `Created pod: ${pod.metadata.name}`);
  } catch (error) {
    // In a namespace that is going, nothing is wanted any more.
    if (!isTerminatingNamespace(error)) {
      events.record(
        owner,
        "Warning",
        "FailedCreate",
        `Error creating: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
    throw error;
  }
}

/** Deletes one pod of an owner, the very one that was seen, and tells of it by an event on the owner. */
export async function removePod(
  { client, events, signal }: ReconcileContext,
  owner: KubeObject,
  pod: Pod,
): Promise<void> {
  try {
    await client.delete(Pod, pod.metadata, { uid: pod.metadata.uid, signal });
    events.record(owner, "Normal", "SuccessfulDelete", `Deleted pod: ${pod.metadata.name}`);
  } catch (error) {
    if (isStatus(error, "NotFound")) return;
    const why = error instanceof Error ? error.message : String(error);
    events.record(owner, "Warning", "FailedDelete", `Error deleting: ${why}`);
    throw error;
  }
}

/** A refusal for the reason that the namespace is going. */
export function isTerminatingNamespace(error: unknown): boolean {
  if (!isStatus(error, "Forbidden")) return false;
  return error.status.details?.causes?.some((cause) => cause.reason === "NamespaceTerminating") === true;
}
