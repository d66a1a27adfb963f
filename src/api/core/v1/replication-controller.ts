import type { Mutable } from "../../../machinery/object.ts";
import { age, formatLabels, templateColumns } from "../../columns.ts";
import type { ReplicationController as StoredReplicationController } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { defaultPodSpec } from "./pod-spec/defaults.ts";

export type ReplicationController = StoredReplicationController;

export const ReplicationController: Kind<ReplicationController> = defineKind(facts.core.v1.ReplicationController, {
  // Kubernetes keeps this for clients of the first days.
  defaultPropagation: "orphan",
  desired: ({ spec }) => spec,
  fields: { "status.replicas": ({ status }) => String(status.replicas) },
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    { name: "Desired", type: "integer", value: ({ spec }) => spec.replicas },
    { name: "Current", type: "integer", value: ({ status }) => status.replicas },
    { name: "Ready", type: "integer", value: ({ status }) => status.readyReplicas ?? 0 },
    age,
    ...templateColumns<ReplicationController>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabels(spec.selector) },
  ],
  default(object) {
    const { metadata, spec } = object as unknown as Mutable<ReplicationController>;
    if (spec.template === undefined) return;
    const { labels } = spec.template.metadata;
    if (labels !== undefined) {
      if (isEmpty(spec.selector)) spec.selector = { ...labels };
      if (isEmpty(metadata.labels)) metadata.labels = { ...labels };
    }
    defaultPodSpec(spec.template.spec);
  },
});

function isEmpty(labels: object | undefined): boolean {
  return labels === undefined || Object.keys(labels).length === 0;
}
