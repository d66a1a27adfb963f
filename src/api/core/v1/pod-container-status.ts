import { byteLength } from "../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from "../../../machinery/issue.ts";
import { checkRange, type Issues } from "../../checks.ts";
import type { Container, ContainerStatus, ContainerUser, Pod, ResourceStatus } from "../../generated/core-v1.ts";

const PARTS = [
  ["containerStatuses", "containers"],
  ["initContainerStatuses", "initContainers"],
  ["ephemeralContainerStatuses", "ephemeralContainers"],
] as const;

/** As whom containers run, and how what was allocated to them is. */
export function checkContainerStatuses({ spec, status }: Pod, issues: Issues): void {
  for (const [part] of PARTS) {
    for (const [index, { user }] of (status[part] ?? []).entries()) {
      if (user !== undefined) checkUser(user, spec.os?.name ?? "linux", `status.${part}[${index}].user.linux`, issues);
    }
  }
  for (const [part, owners] of PARTS) {
    for (const [index, containerStatus] of (status[part] ?? []).entries()) {
      const at = `status.${part}[${index}].allocatedResourcesStatus`;
      if (owners !== "ephemeralContainers") checkAllocated(containerStatus, spec[owners] ?? [], at, issues);
      else if ((containerStatus.allocatedResourcesStatus ?? []).length > 0) {
        issues.push(forbidden(at, "must not be specified in container status"));
      }
    }
  }
}

const MOST_ID = 2 ** 31 - 1;

function checkUser({ linux }: ContainerUser, os: string, at: string, issues: Issues): void {
  if (linux === undefined) return;
  if (os === "windows") return void issues.push(forbidden(at, "cannot be set for a windows pod"));
  if (os !== "linux") return;
  const { uid = 0, gid = 0, supplementalGroups = [] }: Partial<typeof linux> = linux;
  checkRange(uid, `${at}.uid`, 0, MOST_ID, issues);
  checkRange(gid, `${at}.gid`, 0, MOST_ID, issues);
  for (const [index, group] of supplementalGroups.entries()) {
    checkRange(group, `${at}.supplementalGroups[${index}]`, 0, MOST_ID, issues);
  }
}

/** A status may be of a container that is not there. */
function checkAllocated(
  { name, allocatedResourcesStatus = [] }: ContainerStatus,
  containers: readonly Container[],
  at: string,
  issues: Issues,
): void {
  const container = containers.find((candidate) => candidate.name === name);
  for (const [index, allocated] of allocatedResourcesStatus.entries()) {
    if (container !== undefined) checkIsAskedFor(allocated.name, container, `${at}[${index}].name`, issues);
    checkHealth(allocated, `${at}[${index}].resources`, issues);
  }
}

const CLAIM = "claim:";

function checkIsAskedFor(name: string, { resources }: Container, at: string, issues: Issues): void {
  if (!name.startsWith(CLAIM)) {
    if (resources.requests?.[name] === undefined) {
      issues.push(invalid(at, name, "must match one of the container's resource requests"));
    }
    return;
  }
  const claims = (resources.claims ?? []).map(
    (claim) => CLAIM + claim.name + (claim.request ? `/${claim.request}` : ""),
  );
  if (claims.includes(name)) return;
  const forms = "'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty";
  issues.push(invalid(at, name, `must match one of the container's resource claims in a format ${forms}`));
}

const HEALTHS = ["Healthy", "Unhealthy", "Unknown"];
const LONGEST_MESSAGE = 1024;

function checkHealth({ resources = [] }: ResourceStatus, at: string, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { resourceID, health = "", message }] of resources.entries()) {
    const here = `${at}[${index}]`;
    if (!HEALTHS.includes(health)) issues.push(notSupported(`${here}.health`, health, HEALTHS));
    if (message === "") issues.push(required(`${here}.message`, "must be non-empty if specified"));
    else if (message !== undefined && byteLength(message) > LONGEST_MESSAGE) {
      issues.push(tooLong(`${here}.message`, LONGEST_MESSAGE));
    }
    if (seen.has(resourceID)) issues.push(duplicate(`${here}.resourceID`, resourceID));
    seen.add(resourceID);
  }
}
