import { dnsLabel } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue, required } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkFormat, checkNonnegative, checkOneOf, type Issues } from "../../checks.ts";
import { age, templateColumns } from "../../columns.ts";
import { checkClaimSpec } from "../../core/v1/claim-spec.ts";
import { dropClosedFeatures } from "../../core/v1/closed-features.ts";
import { defaultTemplate } from "../../core/v1/pod-spec/defaults.ts";
import { roundResources } from "../../core/v1/pod-spec/resource-list.ts";
import {
  checkOwnSelector,
  checkRunsForever,
  checkSelects,
  checkTemplate,
  checkTemplateMetadata,
} from "../../core/v1/pod-spec/template.ts";
import { claimSpecWarnings } from "../../core/v1/claim-warnings.ts";
import { isWantedAnew, templateWarnings } from "../../core/v1/pod-warnings/warnings.ts";
import { checkAtMost, checkCollisions } from "../../core/v1/replica-status.ts";
import type { StatefulSet as StoredStatefulSet } from "../../generated/apps-v1.ts";
import type { PodTemplateSpec, Volume } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { checkAtMostAll, checkIntOrPercent, isZero } from "../../int-or-percent.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type StatefulSet = StoredStatefulSet;

export const StatefulSet: Kind<StatefulSet> = defineKind(facts.apps.v1.StatefulSet, {
  nameRule: "dns-label",
  desired: ({ spec }) => spec,
  scale: { replicas: "spec.replicas", statusReplicas: "status.replicas", selector: "spec.selector" },
  columns: [
    {
      name: "Ready",
      type: "string",
      description: "Number of the pod with ready state",
      value: ({ spec, status }) => `${status.readyReplicas ?? 0}/${spec.replicas}`,
    },
    age,
    ...templateColumns<StatefulSet>(({ spec }) => spec.template),
  ],
  default(object) {
    const { spec } = object as unknown as Mutable<StatefulSet>;
    const { updateStrategy } = spec;
    if (!updateStrategy.type) updateStrategy.rollingUpdate ??= {};
    if ((updateStrategy.type || "RollingUpdate") === "RollingUpdate" && updateStrategy.rollingUpdate !== undefined) {
      updateStrategy.rollingUpdate.partition ??= 0;
    }
    for (const claim of spec.volumeClaimTemplates ?? []) {
      claim.apiVersion = "v1";
      claim.kind = "PersistentVolumeClaim";
      roundResources(claim.spec.resources.limits);
      roundResources(claim.spec.resources.requests);
    }
    defaultTemplate(spec.template);
  },
  dropClosed(object) {
    const { spec } = object as unknown as Mutable<StatefulSet>;
    delete spec.updateStrategy.rollingUpdate?.maxUnavailable;
    dropClosedFeatures(spec.template.spec);
  },
  validate: statefulSetIssues,
  validateUpdate: updateIssues,
  validateStatusUpdate: statusIssues,
  *warnings(next, old) {
    const { spec } = next;
    if (isWantedAnew(next, old)) yield* templateWarnings(spec.template, "spec.template");
    // Of a change, Kubernetes names the place by its own field.
    const name = old === undefined ? "" : ".Spec";
    for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      yield* claimSpecWarnings(claim.spec, `spec.volumeClaimTemplates[${index}]${name}`);
    }
    if (spec.revisionHistoryLimit < 0) {
      yield "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended";
    }
  },
});

type Spec = StatefulSet["spec"];

function statefulSetIssues({ metadata, spec }: StatefulSet): readonly Issue[] {
  const issues: Issues = [];
  const isNew = metadata.resourceVersion === undefined;
  const policy = spec.podManagementPolicy as string | undefined;
  if (!policy) issues.push(required("spec.podManagementPolicy"));
  else if (policy !== "OrderedReady" && policy !== "Parallel") {
    issues.push(invalid("spec.podManagementPolicy", policy, "must be 'OrderedReady' or 'Parallel'"));
  }
  checkUpdateStrategy(spec.updateStrategy, "spec.updateStrategy", issues);
  const retention = spec.persistentVolumeClaimRetentionPolicy as
    | Spec["persistentVolumeClaimRetentionPolicy"]
    | undefined;
  if (retention !== undefined) {
    for (const name of ["whenDeleted", "whenScaled"] as const) {
      checkOneOf(retention[name], `spec.persistentVolumeClaimRetentionPolicy.${name}`, ["Retain", "Delete"], issues);
    }
  }
  // Templates of claims and the service's name never change again.
  if (isNew) {
    for (const [index, claim] of (spec.volumeClaimTemplates ?? []).entries()) {
      checkClaimSpec(claim.spec, `spec.volumeClaimTemplates[${index}].spec`, issues);
    }
  }
  checkNonnegative(spec.replicas, "spec.replicas", issues);
  checkNonnegative(spec.minReadySeconds, "spec.minReadySeconds", issues);
  checkNonnegative(spec.ordinals?.start, "spec.ordinals.start", issues);
  if (isNew && spec.serviceName) checkFormat(spec.serviceName, "spec.serviceName", dnsLabel, issues);
  checkOwnSelector(spec.selector, "statefulset", issues);
  if (!checkSelects(spec.selector, spec.template, issues)) {
    issues.push(invalid("spec.selector", spec.selector, ""));
  } else {
    const template = templateToCheck(spec);
    checkTemplate(template, "spec.template", issues);
    // Kubernetes does so twice for this kind.
    checkTemplateMetadata(template, "spec.template", issues);
  }
  checkRunsForever(spec.template, "spec.template", "StatefulSet", issues);
  return issues;
}

/** The template as pods will have it: named by the set, and with a volume for each template of a claim. */
function templateToCheck({ template, volumeClaimTemplates = [] }: Spec): PodTemplateSpec {
  const { hostname: _, subdomain: __, ...spec } = template.spec;
  if (volumeClaimTemplates.length === 0) return { ...template, spec };
  const names = new Set(volumeClaimTemplates.map(({ metadata }) => (metadata.name as string | undefined) ?? ""));
  const volumes: readonly Volume[] = [
    ...[...names].map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ...(spec.volumes ?? []).filter(({ name }) => !names.has((name as string | undefined) ?? "")),
  ];
  return { ...template, spec: { ...spec, volumes } };
}

function checkUpdateStrategy(strategy: Spec["updateStrategy"], at: string, issues: Issues): void {
  const { rollingUpdate } = strategy;
  const rollingAt = `${at}.rollingUpdate`;
  if (!strategy.type) issues.push(required(at));
  else if (strategy.type === "OnDelete") {
    if (rollingUpdate === undefined) return;
    issues.push(
      invalid(rollingAt, shownRollingUpdate(rollingUpdate), "only allowed for updateStrategy 'RollingUpdate'"),
    );
  } else if (strategy.type === "RollingUpdate") {
    checkNonnegative(rollingUpdate?.partition, `${rollingAt}.partition`, issues);
    const most = rollingUpdate?.maxUnavailable;
    if (most === undefined) return;
    const mostAt = `${rollingAt}.maxUnavailable`;
    checkIntOrPercent(most, mostAt, issues);
    if (isZero(most)) issues.push(invalid(mostAt, most, "cannot be 0"));
    checkAtMostAll(most, mostAt, issues);
  } else {
    const shown = {
      Type: strategy.type as string,
      RollingUpdate: rollingUpdate === undefined ? null : shownRollingUpdate(rollingUpdate),
    };
    issues.push(invalid(at, shown, "must be 'RollingUpdate' or 'OnDelete'"));
  }
}

function shownRollingUpdate({ partition = 0, maxUnavailable }: NonNullable<Spec["updateStrategy"]["rollingUpdate"]>) {
  return { Partition: partition, MaxUnavailable: maxUnavailable ?? null };
}

const UPDATABLE = [
  "replicas",
  "template",
  "updateStrategy",
  "minReadySeconds",
  "ordinals",
  "revisionHistoryLimit",
  "persistentVolumeClaimRetentionPolicy",
] as const;

function updateIssues({ spec }: StatefulSet, old: StatefulSet): readonly Issue[] {
  const fixed = (whole: Spec) => ({ ...whole, ...Object.fromEntries(UPDATABLE.map((name) => [name, undefined])) });
  if (sameJson(fixed(spec), fixed(old.spec))) return [];
  const detail =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbidden("spec", detail)];
}

function statusIssues({ status }: StatefulSet, old: StatefulSet): readonly Issue[] {
  const issues: Issues = [];
  const { replicas, readyReplicas = 0, currentReplicas = 0, updatedReplicas = 0, availableReplicas } = status;
  for (const name of FIGURES) checkNonnegative(status[name], `status.${name}`, issues);
  checkAtMost(readyReplicas, replicas, "status.readyReplicas", issues);
  checkAtMost(currentReplicas, replicas, "status.currentReplicas", issues);
  checkAtMost(updatedReplicas, replicas, "status.updatedReplicas", issues);
  checkAtMost(availableReplicas, replicas, "status.availableReplicas", issues);
  if (availableReplicas > readyReplicas) {
    const detail = "cannot be greater than status.readyReplicas";
    issues.push(invalid("status.availableReplicas", availableReplicas, detail));
  }
  checkCollisions(status.collisionCount, old.status.collisionCount, issues);
  return issues;
}

const FIGURES = [
  "replicas",
  "readyReplicas",
  "currentReplicas",
  "updatedReplicas",
  "availableReplicas",
  "observedGeneration",
  "collisionCount",
] as const;
