import { forbidden, invalid, type Issue, notSupported } from "../../../machinery/issue.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkNonnegative, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, templateColumns } from "../../columns.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import { isWantedAnew, ownerNameWarnings, templateWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { checkAtMost, checkCollisions } from "../../core/v1/replica-status.ts";
import type { Deployment as StoredDeployment } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "../../int-or-percent.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkSelectorAndTemplate } from "./replica-set.ts";
import { fillRollingUpdate, NONE_AT_ONCE, shownRollingUpdate } from "./rolling-update.ts";

export type Deployment = StoredDeployment;

export const Deployment: Kind<Deployment> = defineKind(facts.apps.v1.Deployment, {
  // Annotations count too: they are copied to the ReplicaSets.
  desired: ({ spec, metadata }) => ({ spec, annotations: metadata.annotations }),
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    { name: "Up-to-date", type: "string", value: ({ status }) => status.updatedReplicas ?? 0 },
    { name: "Available", type: "string", value: ({ status }) => status.availableReplicas ?? 0 },
    age,
    ...templateColumns<Deployment>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default(object) {
    const { spec } = object as unknown as Mutable<Deployment>;
    const { strategy } = spec;
    const rolls = (strategy.type ?? "RollingUpdate") === "RollingUpdate";
    if (rolls) strategy.rollingUpdate ??= {};
    fillRollingUpdate(strategy.rollingUpdate, rolls ? { maxUnavailable: "25%", maxSurge: "25%" } : NONE_AT_ONCE);
    defaultTemplate(spec.template);
  },
  dropClosed: (object) => dropClosedFeatures((object as unknown as Mutable<Deployment>).spec.template.spec),
  validate: deploymentIssues,
  validateUpdate({ spec }, old) {
    return sameJson(spec.selector, old.spec.selector) ? [] : [invalid("spec.selector", spec.selector, IMMUTABLE)];
  },
  validateStatusUpdate: statusIssues,
  resets: { status: ["spec", "metadata.labels"] },
  *warnings(next, old) {
    const { metadata, spec } = next;
    if (old === undefined) yield* ownerNameWarnings(metadata.name);
    if (isWantedAnew(next, old)) yield* templateWarnings(spec.template, "spec.template");
  },
});

function deploymentIssues({ spec }: Deployment): readonly Issue[] {
  const issues: Issues = [];
  checkNonnegative(spec.replicas, "spec.replicas", issues);
  checkSelectorAndTemplate(spec.selector, spec.template, issues);
  checkStrategy(spec.strategy, "spec.strategy", issues);
  checkNonnegative(spec.minReadySeconds, "spec.minReadySeconds", issues);
  checkNonnegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit", issues);
  const deadline = spec.progressDeadlineSeconds;
  checkNonnegative(deadline, "spec.progressDeadlineSeconds", issues);
  if (deadline <= (spec.minReadySeconds ?? 0)) {
    issues.push(invalid("spec.progressDeadlineSeconds", deadline, "must be greater than minReadySeconds"));
  }
  return issues;
}

function checkStrategy(strategy: Deployment["spec"]["strategy"], at: string, issues: Issues): void {
  const { rollingUpdate } = strategy;
  if (strategy.type === "Recreate") {
    if (rollingUpdate === undefined) return;
    issues.push(forbidden(`${at}.rollingUpdate`, "may not be specified when strategy `type` is 'Recreate'"));
  } else if (strategy.type === "RollingUpdate") {
    const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
    const unavailableAt = `${at}.rollingUpdate.maxUnavailable`;
    checkIntOrPercent(maxUnavailable, unavailableAt, issues);
    checkIntOrPercent(maxSurge, `${at}.rollingUpdate.maxSurge`, issues);
    if (isZero(maxUnavailable) && isZero(maxSurge)) {
      issues.push(invalid(unavailableAt, maxUnavailable, "may not be 0 when `maxSurge` is 0"));
    }
    checkAtMostAll(maxUnavailable, unavailableAt, issues);
  } else {
    const type = (strategy.type as string | undefined) ?? "";
    const shown = { Type: type, RollingUpdate: shownRollingUpdate(rollingUpdate) };
    issues.push(notSupported(at, shown, ["Recreate", "RollingUpdate"]));
  }
}

function statusIssues({ status }: Deployment, old: Deployment): readonly Issue[] {
  const issues: Issues = [];
  const { replicas = 0, updatedReplicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  for (const name of FIGURES) checkNonnegative(status[name], `status.${name}`, issues);
  checkAtMost(updatedReplicas, replicas, "status.updatedReplicas", issues);
  checkAtMost(readyReplicas, replicas, "status.readyReplicas", issues);
  checkAtMost(availableReplicas, replicas, "status.availableReplicas", issues);
  if (availableReplicas > readyReplicas) {
    issues.push(invalid("status.availableReplicas", availableReplicas, "cannot be greater than readyReplicas"));
  }
  checkCollisions(status.collisionCount, old.status.collisionCount, issues);
  return issues;
}

const FIGURES = [
  "observedGeneration",
  "replicas",
  "updatedReplicas",
  "readyReplicas",
  "availableReplicas",
  "unavailableReplicas",
  "terminatingReplicas",
  "collisionCount",
] as const;
