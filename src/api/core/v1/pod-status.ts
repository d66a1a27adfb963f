import { parseIp } from "../../../base/ip.ts";
import { dnsSubdomain, qualifiedName } from "../../../machinery/formats.ts";
import { forbidden, invalid, type Issue } from "../../../machinery/issue.ts";
import { addressWarnings, checkAddress } from "../../addresses.ts";
import { checkFormat, IMMUTABLE, type Issues } from "../../checks.ts";
import type { Container, ContainerStatus, Pod, PodSpec } from "../../generated/core-v1.ts";
import { checkClaimStatuses, checkExtendedClaim } from "./pod-claim-status.ts";
import { checkContainerStatuses } from "./pod-container-status.ts";
import { checkAnnotationsUpdate } from "./pod-update.ts";

export function* podStatusWarnings({ status }: Pod): Iterable<string> {
  for (const part of ["podIPs", "hostIPs"] as const) {
    for (const [index, { ip }] of (status[part] ?? []).entries()) {
      yield* addressWarnings(ip, `status.${part}[${index}].ip`);
    }
  }
}

/** What is wrong with a change of a pod's status. */
export function podStatusIssues(pod: Pod, old: Pod): readonly Issue[] {
  const issues: Issues = [];
  const { status } = pod;
  checkAnnotationsUpdate(pod, old, issues);
  for (const [index, { type, observedGeneration = 0 }] of (status.conditions ?? []).entries()) {
    const at = `status.conditions[${index}]`;
    if (observedGeneration < 0) {
      issues.push(invalid(`${at}.observedGeneration`, observedGeneration, "must be a non-negative integer"));
    }
    if (!SYSTEM_CONDITIONS.includes(type)) checkFormat(type, `${at}.Type`, qualifiedName, issues);
  }
  checkNomination(pod, old, issues);
  if ((status.observedGeneration ?? 0) < 0) {
    issues.push(invalid("status.observedGeneration", status.observedGeneration, "must be a non-negative integer"));
  }
  if (status.qosClass !== old.status.qosClass) {
    issues.push(invalid("status.qosClass", status.qosClass ?? "", IMMUTABLE));
  }
  checkTransitions(pod, old, issues);
  checkClaimStatuses(pod, issues);
  checkExtendedClaim(pod, issues);
  checkAddresses(pod, old, issues);
  checkContainerStatuses(pod, issues);
  return issues;
}

const SYSTEM_CONDITIONS = ["PodScheduled", "Ready", "Initialized"];

function checkNomination({ status }: Pod, old: Pod, issues: Issues): void {
  const { nominatedNodeName: name = "" } = status;
  if (name === "" || name === old.status.nominatedNodeName) return;
  checkFormat(name, "status.nominatedNodeName", dnsSubdomain, issues);
  if (old.spec.nodeName) {
    issues.push(forbidden("status.nominatedNodeName", "may not be set on pods that are already bound to a node"));
  }
}

/** A container that has ended and may not start again stays ended. */
function checkTransitions({ status }: Pod, old: Pod, issues: Issues): void {
  const { spec } = old;
  if (!mayRestartAll(spec)) {
    const containers = spec.containers ?? [];
    checkEnded(status.containerStatuses, old.status.containerStatuses, containers, spec, "containerStatuses", issues);
    const initContainers = spec.initContainers ?? [];
    const [next, before] = [status.initContainerStatuses, old.status.initContainerStatuses];
    checkEnded(next, before, initContainers, spec, "initContainerStatuses", issues);
  }
  const [next, before] = [status.ephemeralContainerStatuses, old.status.ephemeralContainerStatuses];
  checkEnded(next, before, [], spec, "ephemeralContainerStatuses", issues);
}

function checkEnded(
  next: readonly ContainerStatus[] = [],
  before: readonly ContainerStatus[] = [],
  containers: readonly Container[],
  spec: PodSpec,
  name: string,
  issues: Issues,
): void {
  for (const [index, { name: containerName, state }] of before.entries()) {
    if (state.terminated === undefined) continue;
    const now = next.find((status) => status.name === containerName);
    if (now === undefined || now.state.terminated !== undefined) continue;
    const container = containers.find((candidate) => candidate.name === containerName);
    if (container !== undefined && mayRestart(container, spec, state.terminated.exitCode)) continue;
    issues.push(forbidden(`status.${name}[${index}].state`, "may not be transitioned to non-terminated state"));
  }
}

function mayRestartAll(spec: PodSpec): boolean {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])].some(({ restartPolicyRules = [] }) =>
    restartPolicyRules.some(({ action }) => action === "RestartAllContainers"),
  );
}

function mayRestart({ restartPolicy, restartPolicyRules = [] }: Container, spec: PodSpec, exitCode: number): boolean {
  for (const { action, exitCodes } of restartPolicyRules) {
    if (exitCodes === undefined || action !== "Restart") continue;
    const listed = exitCodes.values?.includes(exitCode) ?? false;
    if (exitCodes.operator === "In" ? listed : !listed) return true;
  }
  const policy = restartPolicy ?? spec.restartPolicy;
  return policy === "Always" || (policy === "OnFailure" && exitCode !== 0);
}

function checkAddresses({ status }: Pod, old: Pod, issues: Issues): void {
  const podIps = (status.podIPs ?? []).map(({ ip }) => ip);
  const oldPodIps = (old.status.podIPs ?? []).map(({ ip }) => ip);
  for (const [index, ip] of podIps.entries()) checkAddress(ip, `status.podIPs[${index}]`, issues, oldPodIps);
  checkFamilies(podIps, "status.podIPs", issues);
  const hostIps = (status.hostIPs ?? []).map(({ ip }) => ip);
  if (hostIps.length === 0) return;
  if ((status.hostIP ?? "") !== hostIps[0]) {
    issues.push(invalid("status.hostIPs[0].ip", hostIps[0], "must be equal to `hostIP`"));
  }
  const oldHostIps = (old.status.hostIPs ?? []).map(({ ip }) => ip);
  for (const [index, ip] of hostIps.entries()) checkAddress(ip, `status.hostIPs[${index}]`, issues, oldHostIps);
  checkFamilies(hostIps, "status.hostIPs", issues);
}

/** At most one address of each family. */
function checkFamilies(ips: readonly string[], at: string, issues: Issues): void {
  if (ips.length < 2) return;
  const families = new Set(ips.map((ip) => parseIp(ip)?.family));
  if (ips.length > 2 || families.size < 2) {
    issues.push(
      invalid(
        at,
        ips.map((ip) => ({ IP: ip })),
        "may specify no more than one IP for each IP family",
      ),
    );
  }
}
