import { dnsLabel, dnsSubdomain } from "../../../machinery/formats.ts";
import { duplicate, invalid, required } from "../../../machinery/issue.ts";
import { checkFormat, checkRequiredFormat, type Issues } from "../../checks.ts";
import type { Pod } from "../../generated/core-v1.ts";

/** Which claims the pod's were made to: each for an entry in its specification. */
export function checkClaimStatuses({ spec, status }: Pod, issues: Issues): void {
  const known = new Set((spec.resourceClaims ?? []).map(({ name }) => name));
  const seen = new Set<string>();
  for (const [index, { name, resourceClaimName }] of (status.resourceClaimStatuses ?? []).entries()) {
    const at = `status.resourceClaimStatuses[${index}]`;
    if (!known.has(name)) {
      issues.push(invalid(`${at}.name`, name, "must match the name of an entry in `spec.resourceClaims`"));
    }
    if (seen.has(name)) issues.push(duplicate(`${at}.name`, name));
    seen.add(name);
    if (resourceClaimName !== undefined) {
      checkFormat(resourceClaimName, `${at}.resourceClaimName`, dnsSubdomain, issues);
    }
  }
}

/** Which claim stands for the extended resources that containers ask for. */
export function checkExtendedClaim({ spec, status }: Pod, issues: Issues): void {
  const { extendedResourceClaimStatus: claim } = status;
  if (claim === undefined) return;
  const at = "status.extendedResourceClaimStatus";
  const { requestMappings: given, resourceClaimName }: Partial<typeof claim> = claim;
  const requestMappings = given ?? [];
  if (requestMappings.length === 0) {
    issues.push(required(`${at}.requestMappings`, "at least one request mapping is required"));
  }
  const containers = new Map([...(spec.initContainers ?? []), ...spec.containers].map((each) => [each.name, each]));
  const seen = new Set<string>();
  for (const [index, { containerName, resourceName, requestName }] of requestMappings.entries()) {
    const mapping = `${at}.requestMappings[${index}]`;
    const container = containers.get(containerName);
    if (container === undefined) {
      const detail = `must match the name of an entry in ${inEither("name")}`;
      issues.push(invalid(`${mapping}.containerName`, containerName, detail));
    } else if (container.resources.requests?.[resourceName] === undefined) {
      const detail = `must match the extended resource name of an entry in ${inEither("resources.requests")}`;
      issues.push(invalid(`${mapping}.resourceName`, resourceName, detail));
    }
    checkFormat(requestName, `${at}.requestName`, dnsLabel, issues);
    const key = JSON.stringify([containerName, resourceName, requestName]);
    if (seen.has(key)) {
      issues.push(duplicate(`${mapping}.containerName`, containerName));
      issues.push(duplicate(`${mapping}.resourceName`, resourceName));
      issues.push(duplicate(`${mapping}.requestName`, requestName));
    }
    seen.add(key);
  }
  checkRequiredFormat(resourceClaimName, `${at}.resourceClaimName`, dnsSubdomain, issues);
}

function inEither(path: string): string {
  return `spec.initContainers.${path} or spec.containers.${path}`;
}
