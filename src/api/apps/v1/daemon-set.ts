import { DecodeError } from "../../../machinery/decode.ts";
import { invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { formatLabelSelector } from "../../../machinery/labels.ts";
import type { LabelSelector, Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { goQuoted } from "../../../machinery/time.ts";
import { checkNonnegative, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, formatLabels, templateColumns } from "../../columns.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import { checkRunsForever, checkSelects, checkTemplate, selectsAll } from "../../core/v1/pod-spec/template.ts";
import { templateWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { checkCollisions } from "../../core/v1/replica-status.ts";
import type { DaemonSet as StoredDaemonSet } from "../../generated/apps-v1.ts";
import { facts } from "../../generated/resources.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "../../int-or-percent.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { fillRollingUpdate, NONE_AT_ONCE, shownRollingUpdate } from "./rolling-update.ts";

export type DaemonSet = StoredDaemonSet;

const GENERATION = "deprecated.daemonset.template.generation";

export const DaemonSet: Kind<DaemonSet> = defineKind(facts.apps.v1.DaemonSet, {
  annotationOfWhole: GENERATION,
  desired: ({ spec }) => spec,
  columns: [
    { name: "Desired", type: "integer", value: ({ status }) => status.desiredNumberScheduled },
    { name: "Current", type: "integer", value: ({ status }) => status.currentNumberScheduled },
    { name: "Ready", type: "integer", value: ({ status }) => status.numberReady },
    { name: "Up-to-date", type: "integer", value: ({ status }) => status.updatedNumberScheduled ?? 0 },
    { name: "Available", type: "integer", value: ({ status }) => status.numberAvailable ?? 0 },
    { name: "Node Selector", type: "string", value: ({ spec }) => formatLabels(spec.template.spec.nodeSelector) },
    age,
    ...templateColumns<DaemonSet>(({ spec }) => spec.template),
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabelSelector(spec.selector) },
  ],
  default(object) {
    const { metadata, spec } = object as unknown as Mutable<DaemonSet>;
    const { updateStrategy } = spec;
    const rolls = (updateStrategy.type ?? "RollingUpdate") === "RollingUpdate";
    if (rolls) updateStrategy.rollingUpdate ??= {};
    fillRollingUpdate(updateStrategy.rollingUpdate, rolls ? { maxUnavailable: 1, maxSurge: 0 } : NONE_AT_ONCE);
    defaultTemplate(spec.template);
    // Kubernetes holds it as a number, which is there even where nobody gave one.
    const annotations = (metadata.annotations ??= {});
    annotations[GENERATION] = String(parseGeneration(annotations[GENERATION] ?? "0"));
  },
  dropClosed: (object) => dropClosedFeatures((object as unknown as Mutable<DaemonSet>).spec.template.spec),
  validate: (set) => (set.metadata.resourceVersion === undefined ? daemonSetIssues(set) : []),
  validateUpdate(set, old) {
    const { selector } = set.spec;
    const issues = daemonSetIssues(set);
    if (sameJson(selector, old.spec.selector)) return issues;
    return [invalid("spec.selector", selector, IMMUTABLE), ...issues];
  },
  validateStatusUpdate({ status }, old) {
    const issues: Issues = [];
    for (const name of FIGURES) checkNonnegative(status[name], `status.${name}`, issues);
    checkCollisions(status.collisionCount, old.status.collisionCount, issues);
    return issues;
  },
  warnings: ({ spec: { template } }, old) =>
    sameJson(template, old?.spec.template) ? [] : templateWarnings(template, "spec.template"),
  prepareForCreate(object) {
    const { metadata } = object as unknown as Mutable<DaemonSet>;
    const annotations = (metadata.annotations ??= {});
    if (BigInt(annotations[GENERATION]!) < 1n) annotations[GENERATION] = "1";
  },
  prepareForUpdate(object, old) {
    const { metadata, spec } = object as unknown as Mutable<DaemonSet>;
    const was = Number(old.metadata.annotations?.[GENERATION] ?? 0);
    const annotations = (metadata.annotations ??= {});
    annotations[GENERATION] = String(sameJson(spec.template, old.spec.template) ? was : was + 1);
  },
});

const LARGEST = 2n ** 63n;

function parseGeneration(text: string): bigint {
  const refused = (why: string) => new DecodeError(`strconv.ParseInt: parsing ${goQuoted(text)}: ${why}`);
  if (!/^[+-]?\d+$/.test(text)) throw refused("invalid syntax");
  const value = BigInt(text.replace("+", ""));
  if (value >= LARGEST || value < -LARGEST) throw refused("value out of range");
  return value;
}

const FIGURES = [
  "currentNumberScheduled",
  "numberMisscheduled",
  "desiredNumberScheduled",
  "numberReady",
  "observedGeneration",
  "updatedNumberScheduled",
  "numberAvailable",
  "numberUnavailable",
  "collisionCount",
] as const;

function daemonSetIssues({ spec }: DaemonSet): readonly Issue[] {
  const issues: Issues = [];
  const selector = spec.selector as LabelSelector | null;
  if (selector !== null) checkSelector(selector, "spec.selector", issues);
  checkSelects(selector, spec.template, issues);
  if (selector !== null && selectsAll(selector)) {
    issues.push(invalid("spec.selector", selector, "empty selector is invalid for daemonset"));
  }
  checkTemplate(spec.template, "spec.template", issues);
  checkRunsForever(spec.template, "spec.template", "DaemonSet", issues);
  checkNonnegative(spec.minReadySeconds, "spec.minReadySeconds", issues);
  checkUpdateStrategy(spec.updateStrategy, "spec.updateStrategy", issues);
  checkNonnegative(spec.revisionHistoryLimit, "spec.revisionHistoryLimit", issues);
  return issues;
}

function checkUpdateStrategy(strategy: DaemonSet["spec"]["updateStrategy"], at: string, issues: Issues): void {
  const { type, rollingUpdate } = strategy;
  if (type === "OnDelete") return;
  if (type !== "RollingUpdate") {
    const shown = { Type: (type as string | undefined) ?? "", RollingUpdate: shownRollingUpdate(rollingUpdate) };
    return void issues.push(notSupported(at, shown, ["RollingUpdate", "OnDelete"]));
  }
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate ?? {};
  const unavailableAt = `${at}.rollingUpdate.maxUnavailable`;
  const surgeAt = `${at}.rollingUpdate.maxSurge`;
  checkIntOrPercent(maxUnavailable, unavailableAt, issues);
  checkIntOrPercent(maxSurge, surgeAt, issues);
  checkAtMostAll(maxUnavailable, unavailableAt, issues);
  checkAtMostAll(maxSurge, surgeAt, issues);
  if (!isZero(maxUnavailable) && !isZero(maxSurge)) {
    issues.push(invalid(surgeAt, maxSurge, "may not be set when maxUnavailable is non-zero"));
  } else if (isZero(maxUnavailable) && isZero(maxSurge)) {
    issues.push(required(unavailableAt, "cannot be 0 when maxSurge is 0"));
  }
}
