import { invalid, type Issue, required } from "../../../machinery/issue.ts";
import { formatLabelSelector, matches, selectorOf } from "../../../machinery/labels.ts";
import type { LabelSelector, Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { age, templateColumns } from "../../columns.ts";
import { selectorIssues } from "../../core/v1/label-selector.ts";
import { templateIssues } from "../../core/v1/pod-template.ts";
import { defaultPodSpec } from "../../core/v1/pod-spec/defaults.ts";
import type { ReplicaSet as StoredReplicaSet } from "../../generated/apps-v1.ts";
import type { PodTemplateSpec } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { nonnegative } from "../../numbers.ts";

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
  default: (object) => defaultPodSpec((object as unknown as Mutable<ReplicaSet>).spec.template.spec),
  *validate({ spec }) {
    yield* nonnegative("spec.replicas", spec.replicas);
    yield* nonnegative("spec.minReadySeconds", spec.minReadySeconds);
    yield* selectorAndTemplateIssues(spec.selector, spec.template);
  },
  *validateUpdate({ spec }, old) {
    if (!sameJson(spec.selector, old.spec.selector))
      yield invalid("spec.selector", spec.selector, "field is immutable");
  },
  *validateStatusUpdate({ status }) {
    yield* replicaStatusIssues(status);
  },
});

/** What holds for every kind that makes pods for ever from a template and finds them by a selector. */
export function* selectorAndTemplateIssues(
  selector: LabelSelector | undefined,
  template: PodTemplateSpec | undefined,
): Iterable<Issue> {
  if (selector === undefined) yield required("spec.selector");
  else {
    yield* selectorIssues(selector, "spec.selector");
    if (isEmpty(selector)) yield invalid("spec.selector", selector, "empty selector is invalid for deployment");
  }
  if (template === undefined) {
    yield required("spec.template");
    return;
  }
  if (selector !== undefined && !isEmpty(selector) && !matches(selectorOf(selector), template.metadata?.labels ?? {})) {
    yield invalid(
      "spec.template.metadata.labels",
      template.metadata?.labels ?? null,
      "`selector` does not match template `labels`",
    );
  }
  yield* templateIssues(template, "spec.template");
}

interface ReplicaFigures {
  readonly replicas: number;
  readonly fullyLabeledReplicas?: number;
  readonly readyReplicas?: number;
  readonly availableReplicas?: number;
  readonly observedGeneration?: number;
}

/** The figures of a status must be possible together. */
export function* replicaStatusIssues(status: ReplicaFigures): Iterable<Issue> {
  const { replicas, fullyLabeledReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  yield* nonnegative("status.replicas", replicas);
  yield* nonnegative("status.fullyLabeledReplicas", fullyLabeledReplicas);
  yield* nonnegative("status.readyReplicas", readyReplicas);
  yield* nonnegative("status.availableReplicas", availableReplicas);
  yield* nonnegative("status.observedGeneration", status.observedGeneration);
  const most = "cannot be greater than status.replicas";
  if (fullyLabeledReplicas > replicas) yield invalid("status.fullyLabeledReplicas", fullyLabeledReplicas, most);
  if (readyReplicas > replicas) yield invalid("status.readyReplicas", readyReplicas, most);
  if (availableReplicas > replicas) yield invalid("status.availableReplicas", availableReplicas, most);
  if (availableReplicas > readyReplicas) {
    yield invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas");
  }
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}
