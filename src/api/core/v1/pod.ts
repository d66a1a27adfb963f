import type { MutableJsonObject } from "../../../machinery/json.ts";
import type { Mutable } from "../../../machinery/object.ts";
import type { Pod as StoredPod } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { podColumns } from "./pod-columns.ts";
import { dropClosedFeatures, dropClosedStatus } from "./closed-features.ts";
import { defaultPod } from "./pod-defaults.ts";
import { preparePod, preparePodUpdate } from "./pod-prepare.ts";
import { podStatusIssues, podStatusWarnings } from "./pod-status.ts";
import { podUpdateIssues } from "./pod-update.ts";
import { podIssues } from "./pod-validation.ts";
import { podWarnings } from "./pod-warnings/warnings.ts";

export type Pod = StoredPod;

export const Pod: Kind<Pod> = defineKind(facts.core.v1.Pod, {
  metadataChecks: { update: ["change", "whole"] },
  resets: { status: ["spec", "metadata.deletionTimestamp", "metadata.ownerReferences"] },
  desired: (pod) => pod.spec,
  answersDeleted: true,
  columns: podColumns,
  fields: {
    "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
    "spec.restartPolicy": ({ spec }) => spec.restartPolicy ?? "",
    "spec.schedulerName": ({ spec }) => spec.schedulerName ?? "",
    "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
    "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
    "status.phase": ({ status }) => status.phase ?? "",
    "status.podIP": ({ status }) => status.podIPs?.[0]?.ip ?? "",
    // Kubernetes knows the name and finds nothing by it.
    "status.podIPs": () => "",
    "status.nominatedNodeName": ({ status }) => status.nominatedNodeName ?? "",
    // Clients of the first days ask by this name.
    "spec.host": ({ spec }) => spec.nodeName ?? "",
  },
  gracePeriod: graceOf,
  default: (object) => defaultPod(typed(object)),
  dropClosed(object) {
    const { spec, status } = typed(object);
    dropClosedFeatures(spec);
    dropClosedStatus(status);
  },
  keepsStatusOnCreate: true,
  prepareForCreate: (object, context) => preparePod(typed(object), context),
  prepareForUpdate: (object, old, context) => preparePodUpdate(typed(object), old, context),
  validate: podIssues,
  validateUpdate: podUpdateIssues,
  validateStatusUpdate: podStatusIssues,
  // Updates come often, and seldom from people.
  warnings: (pod, old) => (old === undefined ? podWarnings(pod) : []),
  statusWarnings: podStatusWarnings,
});

/** A pod that never got a node, or that has ended, goes at once; the others wait for their kubelet. */
function graceOf({ spec, status }: Pod, requested: number | undefined): { seconds: number } | undefined {
  const seconds = requested ?? spec.terminationGracePeriodSeconds ?? 0;
  if ((spec.nodeName ?? "") === "" || status.phase === "Succeeded" || status.phase === "Failed") return { seconds: 0 };
  return { seconds: seconds < 0 ? 1 : seconds };
}

function typed(object: MutableJsonObject): Mutable<Pod> {
  return object as unknown as Mutable<Pod>;
}
