import { dnsLabel } from "../../../../machinery/formats.ts";
import type { KubeObject } from "../../../../machinery/object.ts";
import { addressWarnings } from "../../../addresses.ts";
import type { Pod, PodSpec, PodTemplateSpec } from "../../../generated/core-v1.ts";
import { SECCOMP_POD } from "../pod-spec/annotations.ts";
import { fractionWarnings } from "../pod-spec/resource-list.ts";
import { eachContainer } from "../pod-spec/security.ts";
import { type Annotations, BYTES, containerWarnings, OLD_SECCOMP, profileWarnings } from "./containers.ts";
import { affinityWarnings, placementWarnings } from "./placement.ts";
import { portWarnings } from "./ports.ts";
import { overlapWarnings, volumeWarnings } from "./volumes.ts";

/** What Kubernetes tells the client about a new pod that it accepts. */
export function* podWarnings({ metadata, spec }: Pod): Iterable<string> {
  const problems = dnsLabel(metadata.name);
  if (problems.length > 0) {
    yield `metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`;
  }
  yield* specWarnings(spec, metadata.annotations ?? {}, "");
}

/** The same for a template. @param at the template's place, such as `spec.template` */
export function* templateWarnings({ metadata, spec }: PodTemplateSpec, at: string): Iterable<string> {
  yield* specWarnings(spec, metadata.annotations ?? {}, `${at}.`);
}

/** Whether what is wanted of an object is new or has changed: only then Kubernetes warns of its template again, be that as it was. */
export function isWantedAnew({ metadata }: KubeObject, old: KubeObject | undefined): boolean {
  return metadata.generation !== old?.metadata.generation;
}

/** The name of what makes pods becomes part of their names. */
export function* ownerNameWarnings(name: string): Iterable<string> {
  const problems = dnsLabel(name);
  if (problems.length > 0) {
    yield `metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a DNS label is recommended: [${problems.join(" ")}]`;
  }
}

function* specWarnings(spec: PodSpec, annotations: Annotations, at: string): Iterable<string> {
  yield* placementWarnings(spec, `${at}spec`);
  for (const [key, message] of Object.entries(OLD_ANNOTATIONS)) {
    if (annotations[key] !== undefined) yield `${at}metadata.annotations[${key}]: ${message}`;
  }
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    yield* volumeWarnings(volume, `${at}spec.volumes[${index}]`);
  }
  for (const volume of spec.volumes ?? []) yield* overlapWarnings(volume);
  yield* repeated(spec.hostAliases, ({ ip }) => ip, `${at}spec.hostAliases`, "ip");
  yield* repeated(spec.imagePullSecrets, ({ name }) => name ?? "", `${at}spec.imagePullSecrets`, "name");
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) yield `${at}spec.imagePullSecrets[${index}].name: invalid empty name ""`;
  }
  yield* fractionWarnings(spec.overhead, BYTES, `${at}spec.overhead`);
  if (spec.securityContext?.seccompProfile === undefined && annotations[SECCOMP_POD] !== undefined) {
    yield `${at}metadata.annotations[${SECCOMP_POD}]: ${OLD_SECCOMP}`;
  }
  for (const [container, here] of eachContainer(spec, `${at}spec`)) {
    yield* profileWarnings(container, spec, annotations, at !== "", `${at}metadata.annotations`);
    yield* containerWarnings(container, here);
  }
  yield* portWarnings(spec, `${at}spec`);
  if (spec.terminationGracePeriodSeconds < 0) {
    yield `${at}spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`;
  }
  for (const part of ["podAffinity", "podAntiAffinity"] as const) {
    const affinity = spec.affinity?.[part];
    if (affinity !== undefined) yield* affinityWarnings(affinity, `${at}spec.affinity.${part}`);
  }
  for (const [index, server] of (spec.dnsConfig?.nameservers ?? []).entries()) {
    yield* addressWarnings(server, `${at}spec.dnsConfig.nameservers[${index}]`);
  }
  for (const [index, { ip }] of (spec.hostAliases ?? []).entries()) {
    yield* addressWarnings(ip, `${at}spec.hostAliases[${index}].ip`);
  }
}

const OLD_ANNOTATIONS: Readonly<Record<string, string>> = {
  "scheduler.alpha.kubernetes.io/critical-pod": `non-functional in v1.16+; use the "priorityClassName" field instead`,
  "security.alpha.kubernetes.io/sysctls": `non-functional in v1.11+; use the "sysctls" field instead`,
  "security.alpha.kubernetes.io/unsafe-sysctls": `non-functional in v1.11+; use the "sysctls" field instead`,
};

function* repeated<T>(
  items: readonly T[] | undefined,
  keyOf: (item: T) => string,
  at: string,
  name: string,
): Iterable<string> {
  const seen = new Set<string>();
  for (const [index, item] of (items ?? []).entries()) {
    const key = keyOf(item);
    if (seen.has(key)) yield `${at}[${index}].${name}: duplicate ${name} "${key}"`;
    seen.add(key);
  }
}
