import { required } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { checkNonnegative, type Issues } from "../../checks.ts";
import { age, formatLabels, templateColumns } from "../../columns.ts";
import type { ReplicationController as StoredReplicationController } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { dropClosedFeatures } from "./closed-features.ts";
import { defaultTemplate } from "./pod-spec/defaults.ts";
import { checkRunsForever, checkSelectsLabels, checkTemplate } from "./pod-spec/template.ts";
import { isWantedAnew, ownerNameWarnings, templateWarnings } from "./pod-warnings/warnings.ts";
import { checkReplicaStatus } from "./replica-status.ts";

export type ReplicationController = StoredReplicationController;

export const ReplicationController: Kind<ReplicationController> = defineKind(facts.core.v1.ReplicationController, {
  // Kubernetes keeps this for clients of the first days.
  defaultPropagation: "orphan",
  anyGenerateName: true,
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
    defaultTemplate(spec.template);
  },
  dropClosed(object) {
    const { template } = (object as unknown as Mutable<ReplicationController>).spec;
    if (template !== undefined) dropClosedFeatures(template.spec);
  },
  validate({ spec }) {
    const issues: Issues = [];
    const { template } = spec;
    checkNonnegative(spec.minReadySeconds, "spec.minReadySeconds", issues);
    if (isEmpty(spec.selector)) issues.push(required("spec.selector"));
    if ((spec.replicas as number | undefined) === undefined) issues.push(required("spec.replicas"));
    checkNonnegative(spec.replicas, "spec.replicas", issues);
    if (template === undefined) return [...issues, required("spec.template")];
    checkSelectsLabels(spec.selector, template, issues);
    checkTemplate(template, "spec.template", issues);
    checkRunsForever(template, "spec.template", "ReplicationController", issues);
    return issues;
  },
  validateStatusUpdate({ status }) {
    const issues: Issues = [];
    checkReplicaStatus(status, issues);
    return issues;
  },
  *warnings(next, old) {
    if (old === undefined) yield* ownerNameWarnings(next.metadata.name);
    // Kubernetes takes the one for the other: at a change it warns of the template that goes.
    const { template } = (old ?? next).spec;
    if (template !== undefined && isWantedAnew(next, old)) yield* templateWarnings(template, "spec.template");
  },
});

function isEmpty(labels: object | undefined): boolean {
  return labels === undefined || Object.keys(labels).length === 0;
}
