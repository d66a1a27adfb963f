import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../../machinery/formats.ts";
import { givenEmpty } from "../../../../machinery/given-empty.ts";
import { duplicate, forbidden, invalid, notFound, notSupported, required } from "../../../../machinery/issue.ts";
import type { TemplateMeta } from "../../../../machinery/object.ts";
import { compareQuantities, formatQuantity, parseQuantity } from "../../../../machinery/quantity.ts";
import { checkFormat, checkRange, type Issues } from "../../../checks.ts";
import type { PodResourceClaim, PodSpec } from "../../../generated/core-v1.ts";
import { checkLabels } from "../label-selector.ts";
import { internalForm } from "../pod-diff/internal-form.ts";
import { containerResources, isHugePage } from "../pod-resources.ts";
import { checkContainers, checkEphemeralContainers, checkInitContainers, type PodFrame } from "./containers.ts";
import { checkDns, checkHostAliases, checkHostnameOverride, checkHostnames } from "./names.ts";
import { checkResources, containerResourceName, podResourceName } from "./resources.ts";
import { checkAffinity, checkSchedulingGates, checkSpread, checkTolerations } from "./scheduling.ts";
import { checkHostUsers, checkPodSecurity, eachContainer } from "./security.ts";
import { checkVolumes } from "./volumes.ts";
import { checkHostProcesses, checkOperatingSystem } from "./windows.ts";

/**
 * Everything that is wrong with the specification of a pod, in Kubernetes' order.
 * @param metadata of a pod; undefined for templates, which are a little less strict
 */
export function checkPodSpec(spec: PodSpec, metadata: TemplateMeta | undefined, at: string, issues: Issues): void {
  // Only an object without a version has no defaults.
  if ((spec.terminationGracePeriodSeconds as number | undefined) === undefined) {
    issues.push(required(`${at}.terminationGracePeriodSeconds`));
  }
  const volumes = checkVolumes(spec.volumes ?? [], metadata, `${at}.volumes`, issues);
  const claims = (spec.resourceClaims ?? []).map(({ name }) => name).filter((name) => name !== "");
  const frame: PodFrame = { spec, volumes, claims, hostUsers: spec.hostUsers ?? true };
  if (spec.resourceClaims !== undefined) {
    checkResourceClaims(spec.resourceClaims, metadata, `${at}.resourceClaims`, issues);
  }
  checkContainers(frame, `${at}.containers`, issues);
  if (spec.initContainers !== undefined) checkInitContainers(frame, `${at}.initContainers`, issues);
  checkEphemeralContainers(frame, `${at}.ephemeralContainers`, issues);
  if (spec.resources !== undefined) checkPodResources(frame, `${at}.resources`, issues);
  if (spec.hostNetwork === true) checkHostNetworkPorts(spec, metadata !== undefined, at, issues);
  checkPolicies(spec, at, issues);
  if (spec.nodeSelector !== undefined) checkLabels(spec.nodeSelector, `${at}.nodeSelector`, issues);
  checkPodSecurity(spec, `${at}.securityContext`, issues);
  if (spec.affinity !== undefined) checkAffinity(spec.affinity, `${at}.affinity`, issues);
  checkDns(spec, `${at}.dnsConfig`, issues);
  for (const [index, { conditionType }] of (spec.readinessGates ?? []).entries()) {
    checkFormat(conditionType, `${at}.readinessGates[${index}].conditionType`, qualifiedName, issues);
  }
  if (spec.schedulingGates !== undefined) checkSchedulingGates(spec.schedulingGates, `${at}.schedulingGates`, issues);
  if (spec.topologySpreadConstraints !== undefined) {
    checkSpread(spec.topologySpreadConstraints, `${at}.topologySpreadConstraints`, issues);
  }
  checkHostProcesses(spec, at, issues);
  checkHostUsers(spec, at, issues);
  checkHostnameOverride(spec, at, issues);
  checkReferences(spec, at, issues);
  checkFileKeyVolumes(spec, at, issues);
}

const RESTART_POLICIES = ["Always", "OnFailure", "Never"];
const DNS_POLICIES = ["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"];
const PREEMPTION_POLICIES = ["PreemptLowerPriority", "Never"];

function checkPolicies({ restartPolicy, dnsPolicy }: PodSpec, at: string, issues: Issues): void {
  checkPolicy(restartPolicy, `${at}.restartPolicy`, RESTART_POLICIES, issues);
  checkPolicy(dnsPolicy, `${at}.dnsPolicy`, DNS_POLICIES, issues);
}

function checkPolicy(value: string, at: string, supported: readonly string[], issues: Issues): void {
  if (!value) issues.push(required(at));
  else if (!supported.includes(value)) issues.push(notSupported(at, value, supported));
}

/** The longest that a pod may run by its deadline. */
const MOST_SECONDS = 2 ** 31 - 1;

/** What names other things, or the pod itself. */
function checkReferences(spec: PodSpec, at: string, issues: Issues): void {
  const { serviceAccountName, nodeName, activeDeadlineSeconds, priorityClassName, runtimeClassName } = spec;
  if (serviceAccountName) checkFormat(serviceAccountName, `${at}.serviceAccountName`, dnsSubdomain, issues);
  if (nodeName) checkFormat(nodeName, `${at}.nodeName`, dnsSubdomain, issues);
  if (activeDeadlineSeconds !== undefined) {
    checkRange(activeDeadlineSeconds, `${at}.activeDeadlineSeconds`, 1, MOST_SECONDS, issues);
  }
  checkHostnames(spec, at, issues);
  if (spec.tolerations !== undefined) checkTolerations(spec.tolerations, `${at}.tolerations`, issues);
  if (spec.hostAliases !== undefined) checkHostAliases(spec.hostAliases, `${at}.hostAliases`, issues);
  if (priorityClassName) checkFormat(priorityClassName, `${at}.priorityClassName`, dnsSubdomain, issues);
  if (runtimeClassName !== undefined) checkFormat(runtimeClassName, `${at}.runtimeClassName`, dnsSubdomain, issues);
  if (spec.preemptionPolicy !== undefined) {
    checkPolicy(spec.preemptionPolicy, `${at}.preemptionPolicy`, PREEMPTION_POLICIES, issues);
  }
  if (spec.overhead !== undefined) {
    checkResources({ limits: spec.overhead }, containerResourceName, [], `${at}.overhead`, issues);
  }
  checkOperatingSystem(spec, at, issues);
}

function checkResourceClaims(
  claims: readonly PodResourceClaim[],
  metadata: TemplateMeta | undefined,
  at: string,
  issues: Issues,
): void {
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const here = `${at}[${index}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    if (metadata?.annotations?.["kubernetes.io/config.mirror"] !== undefined) {
      issues.push(forbidden("[]", "static pods do not support resource claims"));
      continue;
    }
    if (!name) issues.push(required(`${here}.name`));
    else if (names.has(name)) issues.push(duplicate(`${here}.name`, name));
    else checkFormat(name, `${here}.name`, dnsLabel, issues);
    names.add(name);
    if (resourceClaimName !== undefined && resourceClaimTemplateName !== undefined) {
      const detail = "at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified";
      issues.push(invalid(here, internalForm("PodResourceClaim", claim), detail));
    }
    if (resourceClaimName === undefined && resourceClaimTemplateName === undefined) {
      const detail = "must specify one of: `resourceClaimName`, `resourceClaimTemplateName`";
      issues.push(invalid(here, internalForm("PodResourceClaim", claim), detail));
    }
    if (resourceClaimName !== undefined) {
      checkFormat(resourceClaimName, `${here}.resourceClaimName`, dnsSubdomain, issues);
    }
    if (resourceClaimTemplateName !== undefined) {
      checkFormat(resourceClaimTemplateName, `${here}.resourceClaimTemplateName`, dnsSubdomain, issues);
    }
  }
}

/** The pod's own figures must hold what its containers ask for. */
function checkPodResources({ spec, claims }: PodFrame, at: string, issues: Issues): void {
  const resources = spec.resources!;
  if (spec.os?.name === "windows") return void issues.push(forbidden(at, "may not be set for a windows pod"));
  if (resources.claims !== undefined || givenEmpty(resources, "claims") !== undefined) {
    issues.push(forbidden(`${at}.claims`, "claims may not be set for Resources at pod-level"));
  }
  checkResources(resources, podResourceName, claims, at, issues);
  for (const [name, needed] of containerResources(spec, "requests")) {
    const own = resources.requests?.[name];
    if (own === undefined || compareQuantities(needed, parseQuantity(own)) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${formatQuantity(needed)}`;
    issues.push(invalid(`${at}.requests[${name}]`, own, detail));
  }
  for (const [name, needed] of containerResources(spec, "limits")) {
    const own = resources.limits?.[name];
    if (!isHugePage(name) || own === undefined || compareQuantities(needed, parseQuantity(own)) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container limits of ${formatQuantity(needed)}`;
    issues.push(invalid(`${at}.limits[${name}]`, own, detail));
  }
  for (const [index, { resources: inner }] of (spec.containers ?? []).entries()) {
    for (const [name, limit] of Object.entries(inner.limits ?? {})) {
      const own = resources.limits?.[name];
      if (own === undefined || compareQuantities(parseQuantity(limit), parseQuantity(own)) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${own}`;
      issues.push(invalid(`${at}.containers[${index}][${name}].limits`, limit, detail));
    }
  }
}

/** On the host's network a port of a container is that port of the host; a template may leave it open. */
function checkHostNetworkPorts(spec: PodSpec, isPod: boolean, at: string, issues: Issues): void {
  for (const [index, { ports }] of (spec.containers ?? []).entries()) {
    for (const [position, { hostPort = 0, containerPort }] of (ports ?? []).entries()) {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) continue;
      const detail = "must match `containerPort` when `hostNetwork` is true";
      issues.push(invalid(`${at}.containers[${index}].ports[${position}].hostPort`, hostPort, detail));
    }
  }
}

/** Variables are read from files that the pod itself has written. */
function checkFileKeyVolumes(spec: PodSpec, at: string, issues: Issues): void {
  for (const [container, here] of eachContainer(spec, at)) {
    const variables = container.env;
    if (variables === undefined) continue;
    for (let index = 0; index < variables.length; index++) {
      const name = variables[index]!.valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) continue;
      const field = `${here}.env[${index}].valueFrom.fileKeyRef.volumeName`;
      const volume = spec.volumes?.findLast((candidate) => candidate.name === name);
      if (volume === undefined) issues.push(notFound(field, name));
      else if (volume.emptyDir === undefined) {
        issues.push(invalid(field, name, "referenced volume must be of type emptyDir"));
      }
    }
  }
}
