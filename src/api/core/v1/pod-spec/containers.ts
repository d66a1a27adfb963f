import { dnsLabel, portName } from "../../../../machinery/formats.ts";
import { fieldsGivenEmpty, givenEmpty } from "../../../../machinery/given-empty.ts";
import { duplicate, forbidden, invalid, notFound, notSupported, required } from "../../../../machinery/issue.ts";
import {
  checkFormat,
  checkOneOf,
  checkPortNumber,
  checkRequiredFormat,
  checkRequiredOneOf,
  type Issues,
} from "../../../checks.ts";
import type { Container, ContainerPort, EphemeralContainer, PodSpec } from "../../../generated/core-v1.ts";
import { checkEnvironment, checkEnvironmentFrom } from "./environment.ts";
import { checkDevices, checkMounts, type Volumes } from "./mounts.ts";
import { checkLifecycle, checkProbe } from "./probes.ts";
import { checkResources, containerResourceName } from "./resources.ts";
import { checkResizePolicy, checkRestartRules } from "./restart.ts";
import { checkContainerSecurity } from "./security.ts";

/** What containers share with their pod. */
export interface PodFrame {
  readonly spec: PodSpec;
  readonly volumes: Volumes;
  /** The names of the pod's resource claims. */
  readonly claims: readonly string[];
  /** Whether users in containers are users of the host. */
  readonly hostUsers: boolean;
}

export function checkContainers(frame: PodFrame, at: string, issues: Issues): void {
  const { spec } = frame;
  const containers = spec.containers ?? [];
  if (containers.length === 0) return void issues.push(required(at));
  const names = new Set<string>();
  for (let index = 0; index < containers.length; index++) {
    const container = containers[index]!;
    const here = `${at}[${index}]`;
    checkCommon(container, frame, here, issues);
    if (names.has(container.name)) issues.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    checkRunning(container, spec, here, issues);
    checkRestartRules(container, false, here, issues);
  }
  checkHostPorts(containers, at, issues);
}

export function checkInitContainers(frame: PodFrame, at: string, issues: Issues): void {
  const { spec } = frame;
  const names = new Set((spec.containers ?? []).map(({ name }) => name));
  for (const [index, container] of (spec.initContainers ?? []).entries()) {
    const here = `${at}[${index}]`;
    const sidecar = container.restartPolicy === "Always";
    checkCommon(container, frame, here, issues);
    checkRestartRules(container, true, here, issues);
    if (names.has(container.name)) issues.push(duplicate(`${here}.name`, container.name));
    else if (container.name) names.add(container.name);
    // Init containers run one after the other: each has the ports for itself.
    checkHostPorts([container], at, issues);
    if (sidecar) {
      checkRunning(container, spec, here, issues);
      continue;
    }
    for (const part of ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] as const) {
      if (container[part] === undefined) continue;
      issues.push(forbidden(`${here}.${part}`, "may not be set for init containers without restartPolicy=Always"));
    }
    for (const [position, { restartPolicy }] of (container.resizePolicy ?? []).entries()) {
      if (restartPolicy !== "RestartContainer") continue;
      const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      issues.push(invalid(`${here}.resizePolicy[${position}].restartPolicy`, restartPolicy, detail));
    }
  }
}

const EPHEMERAL_FORBIDDEN = [
  "ports",
  "resources",
  "resizePolicy",
  "restartPolicy",
  "restartPolicyRules",
  "livenessProbe",
  "readinessProbe",
  "startupProbe",
  "lifecycle",
] as const;

export function checkEphemeralContainers(frame: PodFrame, at: string, issues: Issues): void {
  const { spec } = frame;
  if (spec.ephemeralContainers === undefined || spec.ephemeralContainers.length === 0) return;
  const others = new Set([...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  for (const [index, container] of spec.ephemeralContainers.entries()) {
    const here = `${at}[${index}]`;
    checkCommon(container, frame, here, issues);
    checkImageSpace(container, here, issues);
    if (names.has(container.name)) issues.push(duplicate(`${here}.name`, container.name));
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) issues.push(notFound(`${here}.targetContainerName`, target));
    for (const part of EPHEMERAL_FORBIDDEN) if (isSet(container, part)) refuse(`${here}.${part}`);
    for (const [position, { subPath, subPathExpr }] of (container.volumeMounts ?? []).entries()) {
      if (subPath) refuse(`${here}.volumeMounts[${position}].subPath`);
      if (subPathExpr) refuse(`${here}.volumeMounts[${position}].subPathExpr`);
    }
  }
  function refuse(field: string): void {
    issues.push(forbidden(field, "cannot be set for an Ephemeral Container"));
  }
}

/** Pods are stricter than templates. */
export function checkImageSpace({ image = "" }: Container, at: string, issues: Issues): void {
  if (image.trim() !== image) {
    issues.push(invalid(`${at}.image`, image, "must not have leading or trailing whitespace"));
  }
}

function isSet(container: EphemeralContainer, part: (typeof EPHEMERAL_FORBIDDEN)[number]): boolean {
  if (givenEmpty(container, part) !== undefined) return true;
  const value = container[part];
  if (Array.isArray(value)) return value.length > 0;
  if (part !== "resources") return value !== undefined;
  return Object.keys(container.resources).length > 0 || fieldsGivenEmpty(container.resources) !== undefined;
}

const PULL_POLICIES = ["Always", "IfNotPresent", "Never"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];

function checkCommon(container: Container, frame: PodFrame, at: string, issues: Issues): void {
  checkRequiredFormat(container.name, `${at}.name`, dnsLabel, issues);
  if (!container.image) issues.push(required(`${at}.image`));
  const messages = container.terminationMessagePolicy as string;
  if (messages !== "File" && messages !== "FallbackToLogsOnError") {
    const field = `${at}.terminationMessagePolicy`;
    issues.push(messages ? notSupported(field, messages, ["File", "FallbackToLogsOnError"]) : required(field));
  }
  if (container.ports !== undefined) checkPorts(container.ports, `${at}.ports`, issues);
  if (container.env !== undefined) checkEnvironment(container.env, `${at}.env`, issues);
  if (container.envFrom !== undefined) checkEnvironmentFrom(container.envFrom, `${at}.envFrom`, issues);
  checkMounts(container, frame.volumes, `${at}.volumeMounts`, issues);
  checkDevices(container, frame.volumes, `${at}.volumeDevices`, issues);
  checkRequiredOneOf(container.imagePullPolicy, `${at}.imagePullPolicy`, PULL_POLICIES, issues);
  checkResources(container.resources, containerResourceName, frame.claims, `${at}.resources`, issues);
  checkResizePolicy(container, frame.spec, `${at}.resizePolicy`, issues);
  if (container.securityContext !== undefined) {
    checkContainerSecurity(container.securityContext, frame.hostUsers, `${at}.securityContext`, issues);
  }
}

/** What only containers have that go on running. */
function checkRunning(container: Container, spec: PodSpec, at: string, issues: Issues): void {
  const grace = spec.terminationGracePeriodSeconds;
  if (container.lifecycle !== undefined) checkLifecycle(container.lifecycle, grace, `${at}.lifecycle`, issues);
  for (const kind of ["livenessProbe", "readinessProbe", "startupProbe"] as const) {
    const probe = container[kind];
    if (probe !== undefined) checkProbe(probe, kind, grace, `${at}.${kind}`, issues);
  }
}

function checkPorts(ports: readonly ContainerPort[], at: string, issues: Issues): void {
  const names = new Set<string>();
  for (const [index, { name = "", containerPort, hostPort = 0, protocol }] of ports.entries()) {
    const here = `${at}[${index}]`;
    if (name !== "") {
      const before = issues.length;
      checkFormat(name, `${here}.name`, portName, issues);
      if (issues.length === before && names.has(name)) issues.push(duplicate(`${here}.name`, name));
      names.add(name);
    }
    if (!containerPort) issues.push(required(`${here}.containerPort`));
    else checkPortNumber(containerPort, `${here}.containerPort`, issues);
    if (hostPort !== 0) checkPortNumber(hostPort, `${here}.hostPort`, issues);
    if (!protocol) issues.push(required(`${here}.protocol`));
    else checkOneOf(protocol, `${here}.protocol`, PROTOCOLS, issues);
  }
}

function checkHostPorts(containers: readonly Container[], at: string, issues: Issues): void {
  const taken = new Set<string>();
  for (const [index, { ports }] of containers.entries()) {
    for (const [position, { hostPort, protocol, hostIP = "" }] of (ports ?? []).entries()) {
      if (!hostPort) continue;
      const place = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(place)) issues.push(duplicate(`${at}[${index}].ports[${position}].hostPort`, place));
      taken.add(place);
    }
  }
}
