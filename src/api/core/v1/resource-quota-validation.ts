import { byteOrder } from "../../../machinery/byte-order.ts";
import { givenEmpty } from "../../../machinery/given-empty.ts";
import { invalid, required } from "../../../machinery/issue.ts";
import { IMMUTABLE, type Issues } from "../../checks.ts";
import type { ResourceQuota, ResourceQuotaSpec, ScopedResourceSelectorRequirement } from "../../generated/core-v1.ts";
import type { ResourceList } from "./pod-spec/resource-list.ts";
import { checkResourceAmount, checkResourceName, INTEGER_RESOURCES } from "./pod-spec/resources.ts";

/** What quotas limit under a name of its own; the rest is `count/…` and what device plugins bring. */
const QUOTA_RESOURCES: ReadonlySet<string> = new Set([
  ...INTEGER_RESOURCES,
  "requests.storage",
  ...["cpu", "memory", "ephemeral-storage"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]),
]);

const POD_AMOUNTS = ["pods", "cpu", "memory", "requests.cpu", "requests.memory", "limits.cpu", "limits.memory"];

/** What each scope can be combined with, of the names above. */
const SCOPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...["Terminating", "NotTerminating", "NotBestEffort", "PriorityClass", "CrossNamespacePodAffinity"].map(
    (scope) => [scope, new Set(POD_AMOUNTS)] as const,
  ),
  ["BestEffort", new Set(["pods"])],
  ["VolumeAttributesClass", new Set(["persistentvolumeclaims", "requests.storage"])],
]);

const OPPOSITES = [
  ["BestEffort", "NotBestEffort"],
  ["Terminating", "NotTerminating"],
] as const;

/** Scopes that an object is in or not: nothing about them can be compared. */
const PLAIN_SCOPES: ReadonlySet<string> = new Set([...OPPOSITES.flat(), "CrossNamespacePodAffinity"]);

export function* checkResourceQuota({ spec, status }: ResourceQuota): Iterable<Issues[number]> {
  const issues: Issues = [];
  checkHard(spec.hard, "spec.hard", issues);
  checkScopes(spec, issues);
  checkSelector(spec, issues);
  checkHard(status?.hard, "status.hard", issues);
  checkHard(status?.used, "status.used", issues);
  yield* issues;
}

export function* checkResourceQuotaUpdate(next: ResourceQuota, old: ResourceQuota): Iterable<Issues[number]> {
  const before = new Set(old.spec.scopes);
  const scopes = next.spec.scopes ?? [];
  const same = before.symmetricDifference(new Set(scopes)).size === 0;
  if (!same) yield invalid("spec.scopes", next.spec.scopes ?? givenEmpty(next.spec, "scopes") ?? null, IMMUTABLE);
}

export function* checkResourceQuotaStatus({ status }: ResourceQuota): Iterable<Issues[number]> {
  const issues: Issues = [];
  checkHard(status?.hard, "status.hard", issues);
  checkHard(status?.used, "status.used", issues);
  yield* issues;
}

function checkHard(hard: ResourceList | undefined, at: string, issues: Issues): void {
  for (const name in hard) {
    const here = `${at}[${name}]`;
    checkResourceName(name, here, issues);
    if (!name.includes("/") && !isQuotaResource(name)) {
      issues.push(invalid(here, name, "must be a standard resource for quota"));
    }
    checkResourceAmount(name, hard[name]!, here, issues);
  }
}

function isQuotaResource(name: string): boolean {
  return QUOTA_RESOURCES.has(name) || name.startsWith("hugepages-") || name.startsWith("requests.hugepages-");
}

function checkScopes(spec: ResourceQuotaSpec, issues: Issues): void {
  const at = "spec.scopes";
  const scopes = spec.scopes ?? [];
  for (const scope of scopes) {
    if (!SCOPES.has(scope)) issues.push(invalid(at, scopes, "unsupported scope"));
    for (const _ of unsuited(spec, scope)) issues.push(invalid(at, scopes, "unsupported scope applied to resource"));
  }
  for (const _ of conflicts(scopes)) issues.push(invalid(at, scopes, "conflicting scopes"));
}

function checkSelector(spec: ResourceQuotaSpec, issues: Issues): void {
  const requirements = spec.scopeSelector?.matchExpressions ?? [];
  const at = "spec.scopeSelector.matchExpressions";
  for (const requirement of requirements) {
    if (!SCOPES.has(requirement.scopeName)) {
      issues.push(invalid(`${at}.scopeName`, requirement.scopeName, "unsupported scope"));
    }
    for (const _ of unsuited(spec, requirement.scopeName)) {
      issues.push(invalid(at, internalSelector(requirements), "unsupported scope applied to resource"));
    }
    checkRequirement(requirement, at, issues);
  }
  const names = requirements.map(({ scopeName }) => scopeName);
  for (const _ of conflicts(names)) issues.push(invalid(at, spec.scopes ?? null, "conflicting scopes"));
}

function checkRequirement(
  { scopeName, operator, values }: ScopedResourceSelectorRequirement,
  at: string,
  issues: Issues,
): void {
  if (PLAIN_SCOPES.has(scopeName) && operator !== "Exists") {
    const why =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, " +
      "ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    issues.push(invalid(`${at}.operator`, operator, why));
  }
  const hasValues = values !== undefined && values.length > 0;
  if (operator === "In" || operator === "NotIn") {
    const why = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (!hasValues) issues.push(required(`${at}.values`, why));
  } else if (operator === "Exists" || operator === "DoesNotExist") {
    const why = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (hasValues) issues.push(invalid(`${at}.values`, values, why));
  } else issues.push(invalid(`${at}.operator`, operator, "not a valid selector operator"));
}

/** The limited names that mean nothing within a scope. */
function unsuited({ hard }: ResourceQuotaSpec, scope: string): readonly string[] {
  const suited = SCOPES.get(scope);
  if (suited === undefined) return [];
  return Object.keys(hard ?? {})
    .filter((name) => isQuotaResource(name) && !suited.has(name))
    .toSorted(byteOrder);
}

function conflicts(scopes: readonly string[]): readonly (readonly string[])[] {
  return OPPOSITES.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

/** Kubernetes shows a selector as its server holds it. */
function internalSelector(requirements: readonly ScopedResourceSelectorRequirement[]): object {
  return {
    MatchExpressions: requirements.map(({ scopeName, operator, values }) => ({
      ScopeName: scopeName,
      Operator: operator,
      Values: values ?? null,
    })),
  };
}
