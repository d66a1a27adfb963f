import { givenEmpty } from "../../../../machinery/given-empty.ts";
import { forbidden, invalid, required } from "../../../../machinery/issue.ts";
import {
  formatLabelSelector,
  type Labels,
  matches,
  selectorFromLabels,
  selectorOf,
} from "../../../../machinery/labels.ts";
import { annotationIssues } from "../../../../machinery/metadata.ts";
import type { LabelSelector } from "../../../../machinery/object.ts";
import { checkOneOf, type Issues } from "../../../checks.ts";
import type { PodTemplateSpec } from "../../../generated/core-v1.ts";
import { checkLabels, checkSelector } from "../label-selector.ts";
import { checkPodAnnotations, checkProfilesAgree } from "./annotations.ts";
import { checkPodSpec } from "./spec.ts";

/** Everything that is wrong with a template of pods. */
export function checkTemplate(template: PodTemplateSpec, at: string, issues: Issues): void {
  const { spec } = template;
  const { annotations } = template.metadata;
  checkTemplateMetadata(template, at, issues);
  checkPodSpec(spec, undefined, `${at}.spec`, issues);
  if (annotations !== undefined) checkProfilesAgree(annotations, spec, `${at}.spec`, issues);
  if ((spec.ephemeralContainers?.length ?? 0) > 0) {
    issues.push(forbidden(`${at}.spec.ephemeralContainers`, "ephemeral containers not allowed in pod template"));
  }
}

export function checkTemplateMetadata({ metadata, spec }: PodTemplateSpec, at: string, issues: Issues): void {
  const { labels, annotations } = metadata;
  if (labels !== undefined) checkLabels(labels, `${at}.labels`, issues);
  if (annotations === undefined) return;
  for (const issue of annotationIssues(annotations, `${at}.annotations`)) issues.push(issue);
  checkPodAnnotations(annotations, spec, `${at}.annotations`, issues);
}

/** What makes pods for ever can only make pods that run for ever. @param owner the kind, for the message */
export function checkRunsForever({ spec }: PodTemplateSpec, at: string, owner: string, issues: Issues): void {
  checkOneOf(spec.restartPolicy, `${at}.spec.restartPolicy`, ["Always"], issues);
  if (spec.activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${owner} is not Supported`;
    issues.push(forbidden(`${at}.spec.activeDeadlineSeconds`, detail));
  }
}

/** A selector that must be there and select something. @param owner for the message */
export function checkOwnSelector(selector: LabelSelector | null | undefined, owner: string, issues: Issues): void {
  if (selector == null) return void issues.push(required("spec.selector"));
  checkSelector(selector, "spec.selector", issues);
  if (selectsAll(selector)) issues.push(invalid("spec.selector", selector, `empty selector is invalid for ${owner}`));
}

/** A selector finds the pods of its own template. Tells whether it can be read at all. */
export function checkSelects(
  selector: LabelSelector | null | undefined,
  template: PodTemplateSpec,
  issues: Issues,
): boolean {
  if (selector != null && !isReadable(selector)) return false;
  const labels = template.metadata.labels;
  const selects = selector == null ? false : selectsAll(selector) || matches(selectorOf(selector), labels);
  if (!selects) issues.push(mismatch(template));
  return true;
}

/** The same for selectors that are a map of labels; none selects nothing in particular. */
export function checkSelectsLabels(selector: Labels | undefined, template: PodTemplateSpec, issues: Issues): void {
  const labels = template.metadata.labels;
  if (!matches(selectorFromLabels(selector), labels)) issues.push(mismatch(template));
}

function mismatch({ metadata }: PodTemplateSpec) {
  const { labels } = metadata;
  const shown = labels ?? givenEmpty(metadata, "labels") ?? null;
  return invalid("spec.template.metadata.labels", shown, "`selector` does not match template `labels`");
}

export function selectsAll({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function isReadable(selector: LabelSelector): boolean {
  return formatLabelSelector(selector) !== "<error>";
}
