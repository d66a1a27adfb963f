import { dnsLabel, qualifiedName } from "../../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, notSupported, required } from "../../../../machinery/issue.ts";
import { compareQuantities, parseQuantity, quantityValue } from "../../../../machinery/quantity.ts";
import { checkNonnegativeQuantity, checkWholeQuantity } from "../../../amounts.ts";
import { checkFormat, type Issues } from "../../../checks.ts";
import type { ResourceClaim, ResourceRequirements } from "../../../generated/core-v1.ts";
import { isHugePage, isPodLevelResource } from "../pod-resources.ts";

export type ResourceNameCheck = (name: string, at: string, issues: Issues) => void;

/** @param claims the names of the pod's resource claims. */
export function checkResources(
  resources: ResourceRequirements,
  checkName: ResourceNameCheck,
  claims: readonly string[],
  at: string,
  issues: Issues,
): void {
  const { limits, requests } = resources;
  if (limits !== undefined) {
    for (const name in limits) checkAmount(name, limits[name]!, checkName, `${at}.limits[${name}]`, issues);
  }
  if (requests !== undefined) {
    for (const name in requests) {
      const request = requests[name]!;
      const here = `${at}.requests[${name}]`;
      checkName(name, here, issues);
      checkResourceAmount(name, request, here, issues);
      checkRequest(name, request, limits?.[name], at, issues);
      if (isHugePage(name)) checkHugePages(name, request, here, issues);
    }
  }
  if (needsCpuOrMemory(limits, requests)) issues.push(forbidden(at, "HugePages require cpu or memory"));
  if (resources.claims !== undefined) checkClaims(resources.claims, claims, `${at}.claims`, issues);
}

/** The name of a resource that a container may ask for. */
export const containerResourceName: ResourceNameCheck = (name, at, issues) => {
  if (isStandardContainerResource(name)) return;
  checkResourceName(name, at, issues);
  if (!name.includes("/")) issues.push(invalid(at, name, "must be a standard resource for containers"));
  else if (!isNative(name) && !isExtendedResource(name)) {
    issues.push(invalid(at, name, "doesn't follow extended resource name standard"));
  }
};

export const podResourceName: ResourceNameCheck = (name, at, issues) => {
  const before = issues.length;
  checkResourceName(name, at, issues);
  if (issues.length === before && !isPodLevelResource(name)) {
    issues.push(notSupported(at, name, ["cpu", "hugepages-", "memory"]));
  }
};

/** A number of resources that come in whole units must be whole, and none may be negative. */
export function checkResourceAmount(name: string, amount: string, at: string, issues: Issues): void {
  checkNonnegativeQuantity(amount, at, issues);
  if (INTEGER_RESOURCES.has(name) || isExtendedResource(name)) checkWholeQuantity(amount, at, issues);
}

export function checkResourceName(name: string, at: string, issues: Issues): void {
  if (STANDARD_RESOURCES.has(name)) return;
  const before = issues.length;
  checkFormat(name, at, qualifiedName, issues);
  if (issues.length === before && !name.includes("/") && !isStandardResource(name)) {
    issues.push(invalid(at, name, "must be a standard resource type or fully qualified"));
  }
}

export function isExtendedResource(name: string): boolean {
  if (isNative(name) || name.startsWith("requests.")) return false;
  return qualifiedName(`requests.${name}`).length === 0;
}

/** What is counted in whole pieces. */
export const INTEGER_RESOURCES: ReadonlySet<string> = new Set([
  "pods",
  "resourcequotas",
  "services",
  "replicationcontrollers",
  "secrets",
  "configmaps",
  "persistentvolumeclaims",
  "services.nodeports",
  "services.loadbalancers",
]);

const STANDARD_RESOURCES = new Set([
  ...INTEGER_RESOURCES,
  "cpu",
  "memory",
  "ephemeral-storage",
  "requests.cpu",
  "requests.memory",
  "requests.ephemeral-storage",
  "limits.cpu",
  "limits.memory",
  "limits.ephemeral-storage",
  "requests.storage",
  "storage",
]);

function isStandardResource(name: string): boolean {
  return STANDARD_RESOURCES.has(name) || isHugePage(name) || name.startsWith("requests.hugepages-");
}

function isStandardContainerResource(name: string): boolean {
  return name === "cpu" || name === "memory" || name === "ephemeral-storage" || isHugePage(name);
}

/** Kubernetes' own resources, as opposed to those that device plugins bring. */
export function isNative(name: string): boolean {
  return !name.includes("/") || name.includes("kubernetes.io/");
}

export function mayBeOvercommitted(name: string): boolean {
  return isNative(name) && !isHugePage(name);
}

function checkAmount(name: string, amount: string, checkName: ResourceNameCheck, at: string, issues: Issues): void {
  checkName(name, at, issues);
  checkResourceAmount(name, amount, at, issues);
  if (isHugePage(name)) checkHugePages(name, amount, at, issues);
}

function checkRequest(name: string, request: string, limit: string | undefined, at: string, issues: Issues): void {
  if (limit === undefined) {
    if (!mayBeOvercommitted(name)) {
      issues.push(required(`${at}.limits`, "Limit must be set for non overcommitable resources"));
    }
    return;
  }
  if (request === limit) return;
  const order = compareQuantities(parseQuantity(request), parseQuantity(limit));
  if (order !== 0 && !mayBeOvercommitted(name)) {
    issues.push(invalid(`${at}.requests`, request, `must be equal to ${name} limit of ${limit}`));
  } else if (order > 0) {
    issues.push(invalid(`${at}.requests`, request, `must be less than or equal to ${name} limit of ${limit}`));
  }
}

function checkHugePages(name: string, amount: string, at: string, issues: Issues): void {
  const size = name.slice("hugepages-".length);
  const bytes = isQuantity(size) ? quantityValue(parseQuantity(size)) : 0;
  if (bytes <= 0 || quantityValue(parseQuantity(amount)) % bytes !== 0) {
    issues.push(invalid(at, amount, `${amount} is not positive integer multiple of ${name}`));
  }
}

function isQuantity(text: string): boolean {
  return /^\d+(?:\.\d+)?(?:[kMGTPE]i?)?$/.test(text);
}

function needsCpuOrMemory(limits: object | undefined, requests: object | undefined): boolean {
  let hugePages = false;
  for (const list of [limits, requests]) {
    for (const name in list) {
      if (name === "cpu" || name === "memory") return false;
      if (isHugePage(name)) hugePages = true;
    }
  }
  return hugePages;
}

function checkClaims(used: readonly ResourceClaim[], known: readonly string[], at: string, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { name, request = "" }] of used.entries()) {
    const here = `${at}[${index}]`;
    if (!name) {
      issues.push(required(here));
      continue;
    }
    if (seen.has(name)) issues.push(duplicate(here, name));
    else {
      if (request !== "") checkFormat(request, `${here}.request`, dnsLabel, issues);
      const key = request === "" ? name : `${name}/${request}`;
      if (seen.has(key)) issues.push(duplicate(here, key));
      else if (request === "") {
        for (const other of seen) if (other.startsWith(`${name}/`)) issues.push(duplicate(here, name));
      }
      seen.add(key);
    }
    if (known.includes(name)) continue;
    const rest = known.length === 0 ? " which is empty" : `: ${known.toSorted().join(", ")}`;
    const body = `Not found: "${name}": must be one of the names in pod.spec.resourceClaims${rest}`;
    issues.push({ type: "FieldValueNotFound", field: here, body });
  }
}
