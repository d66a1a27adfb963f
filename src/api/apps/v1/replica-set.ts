import { invalid } from "../../../machinery/issue.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { LabelSelector, Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkNonnegative, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, templateColumns } from "../../columns.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import { checkOwnSelector, checkRunsForever, checkSelects, checkTemplate } from "../../core/v1/pod-spec/template.ts";
import { isWantedAnew, ownerNameWarnings, templateWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { checkReplicaStatus } from "../../core/v1/replica-status.ts";
import type { ReplicaSet as StoredReplicaSet } from "../../generated/apps-v1.ts";
import type { PodTemplateSpec } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ReplicaSet = StoredReplicaSet;

export const ReplicaSet: Kind<ReplicaSet> = defineKind(facts.apps.v1.ReplicaSet, {
  desired: (set) => set.spec,
  fields: { "status.replicas": (set) => String(set.status.replicas) },
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    { name: "Desired", type: "integer", value: ({ spec }) => spec.replicas },
    { name: "Current", type: "integer", value: ({ status }) => status.replicas },
    { name: "Ready", type: "integer", value: ({ status }) => status.readyReplicas ?? 0 },
    age,
    ...templateColumns<ReplicaSet>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default: (object) => defaultTemplate((object as unknown as Mutable<ReplicaSet>).spec.template),
  dropClosed: (object) => dropClosedFeatures((object as unknown as Mutable<ReplicaSet>).spec.template.spec),
  validate({ spec }) {
    const issues: Issues = [];
    checkNonnegative(spec.replicas, "spec.replicas", issues);
    checkNonnegative(spec.minReadySeconds, "spec.minReadySeconds", issues);
    checkSelectorAndTemplate(spec.selector, spec.template, issues);
    return issues;
  },
  validateUpdate({ spec }, old) {
    return sameJson(spec.selector, old.spec.selector) ? [] : [invalid("spec.selector", spec.selector, IMMUTABLE)];
  },
  validateStatusUpdate({ status }) {
    const issues: Issues = [];
    checkReplicaStatus(status, issues);
    return issues;
  },
  *warnings(next, old) {
    const { metadata, spec } = next;
    if (old === undefined) yield* ownerNameWarnings(metadata.name);
    if (isWantedAnew(next, old)) yield* templateWarnings(spec.template, "spec.template");
  },
});

/** What holds for ReplicaSets and for the Deployments that make them. */
export function checkSelectorAndTemplate(
  selector: LabelSelector | null | undefined,
  template: PodTemplateSpec,
  issues: Issues,
): void {
  // Kubernetes speaks of a deployment in both.
  checkOwnSelector(selector, "deployment", issues);
  if (!checkSelects(selector, template, issues)) {
    return void issues.push(invalid("spec.selector", selector, "invalid label selector"));
  }
  checkTemplate(template, "spec.template", issues);
  checkRunsForever(template, "spec.template", "ReplicaSet", issues);
}
