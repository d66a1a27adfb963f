import { dnsLabel } from "../../../machinery/formats.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { addressWarnings } from "../../addresses.ts";
import type {
  Container,
  ContainerPort,
  NodeSelectorTerm,
  Pod,
  PodAffinity,
  PodSpec,
  PodTemplateSpec,
  Volume,
} from "../../generated/core-v1.ts";
import { eachContainer } from "./pod-spec/security.ts";

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

function* specWarnings(spec: PodSpec, annotations: Readonly<Record<string, string>>, at: string): Iterable<string> {
  yield* placementWarnings(spec, `${at}spec`);
  for (const [key, message] of Object.entries(OLD_ANNOTATIONS)) {
    if (annotations[key] !== undefined) yield `${at}metadata.annotations[${key}]: ${message}`;
  }
  for (const [index, volume] of (spec.volumes ?? []).entries()) {
    yield* volumeWarnings(volume, `${at}spec.volumes[${index}]`);
  }
  yield* repeated(spec.hostAliases, ({ ip }) => ip, `${at}spec.hostAliases`, "ip");
  yield* repeated(spec.imagePullSecrets, ({ name }) => name ?? "", `${at}spec.imagePullSecrets`, "name");
  for (const [index, { name }] of (spec.imagePullSecrets ?? []).entries()) {
    if (!name) yield `${at}spec.imagePullSecrets[${index}].name: invalid empty name ""`;
  }
  for (const [container, here] of eachContainer(spec, `${at}spec`)) yield* containerWarnings(container, here);
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

const OLD_NODE_LABELS: Readonly<Record<string, string>> = {
  "beta.kubernetes.io/arch": `deprecated since v1.14; use "kubernetes.io/arch" instead`,
  "beta.kubernetes.io/os": `deprecated since v1.14; use "kubernetes.io/os" instead`,
  "failure-domain.beta.kubernetes.io/region": `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
  "failure-domain.beta.kubernetes.io/zone": `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
  "beta.kubernetes.io/instance-type": `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
  "app.kubernetes.io/created-by": "deprecated since v1.9",
  "scheduler.alpha.kubernetes.io/preferAvoidPods": "deprecated since v1.22; use Taints and Tolerations instead",
  "node-role.kubernetes.io/master": `use "node-role.kubernetes.io/control-plane" instead`,
};

const NO_SELECTOR = "a null labelSelector results in matching no pod";

function* placementWarnings(spec: PodSpec, at: string): Iterable<string> {
  for (const key in spec.nodeSelector) {
    if (OLD_NODE_LABELS[key] !== undefined) yield `${at}.nodeSelector[${key}]: ${OLD_NODE_LABELS[key]}`;
  }
  const affinity = spec.affinity?.nodeAffinity;
  const must = affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  const here = `${at}.affinity.nodeAffinity`;
  for (const [index, term] of must.entries()) {
    yield* termWarnings(term, `${here}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[${index}]`);
  }
  const preferred = affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { preference }] of preferred.entries()) {
    yield* termWarnings(preference, `${here}.preferredDuringSchedulingIgnoredDuringExecution[${index}].preference`);
  }
  for (const [index, { topologyKey, labelSelector }] of (spec.topologySpreadConstraints ?? []).entries()) {
    const place = `${at}.topologySpreadConstraints[${index}]`;
    const message = OLD_NODE_LABELS[topologyKey];
    if (message !== undefined) yield `${place}.topologyKey: ${topologyKey} is ${message}`;
    if (labelSelector === undefined) yield `${place}.labelSelector: ${NO_SELECTOR}`;
  }
}

function* termWarnings({ matchExpressions = [] }: NodeSelectorTerm, at: string): Iterable<string> {
  for (const [index, { key }] of matchExpressions.entries()) {
    const message = OLD_NODE_LABELS[key];
    if (message !== undefined) yield `${at}.matchExpressions[${index}].key: ${key} is ${message}`;
  }
}

const OLD_VOLUMES: readonly (readonly [source: keyof Volume, shown: string, message: string])[] = [
  ["photonPersistentDisk", "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+"],
  ["gitRepo", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+"],
  ["scaleIO", "scaleIO", "deprecated in v1.16, non-functional in v1.22+"],
  ["flocker", "flocker", "deprecated in v1.22, non-functional in v1.25+"],
  ["storageos", "storageOS", "deprecated in v1.22, non-functional in v1.25+"],
  ["quobyte", "quobyte", "deprecated in v1.22, non-functional in v1.25+"],
  ["glusterfs", "glusterfs", "deprecated in v1.25, non-functional in v1.26+"],
  ["cephfs", "cephfs", "deprecated in v1.28, non-functional in v1.31+"],
  ["rbd", "rbd", "deprecated in v1.28, non-functional in v1.31+"],
];

function* volumeWarnings(volume: Volume, at: string): Iterable<string> {
  for (const [source, shown, message] of OLD_VOLUMES) {
    if (volume[source] !== undefined) yield `${at}.${shown}: ${message}`;
  }
}

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

function* containerWarnings({ resources, env }: Container, at: string): Iterable<string> {
  for (const name of ["memory", "ephemeral-storage"]) {
    for (const part of ["limits", "requests"] as const) {
      const amount = resources[part]?.[name];
      if (amount?.endsWith("m") === true) {
        yield `${at}.resources.${part}[${name}]: fractional byte value "${amount}" is invalid, must be an integer`;
      }
    }
  }
  const seen = new Set<string>();
  for (const [index, { name, value = "", valueFrom }] of (env ?? []).entries()) {
    const reference = `$(${name})`;
    if (seen.has(name) && (valueFrom !== undefined || value === reference || !value.includes(reference))) {
      yield `${at}.env[${index}]: hides previous definition of "${name}", which may be dropped when using apply`;
    }
    seen.add(name);
  }
}

function* portWarnings(spec: PodSpec, at: string): Iterable<string> {
  const known = new Map<string, { readonly port: ContainerPort; readonly field: string }[]>();
  const names = new Map<string, string>();
  const nameWarnings: string[] = [];
  for (const [container, here] of eachContainer(spec, at)) {
    for (const [index, port] of (container.ports ?? []).entries()) {
      const field = `${here}.ports[${index}]`;
      const key = `${port.containerPort}/${port.protocol}`;
      const others = known.get(key) ?? [];
      for (const other of others) {
        const message = conflictOf(port, other.port);
        if (message !== undefined) yield `${field}: ${message} with ${other.field}`;
      }
      known.set(key, [...others, { port, field }]);
      if (!port.name) continue;
      const first = names.get(port.name);
      if (first === undefined) names.set(port.name, field);
      else {
        nameWarnings.push(
          `${field}: duplicate port name "${port.name}" with ${first}, services and probes that select ports by name will use ${first}`,
        );
      }
    }
  }
  yield* nameWarnings;
}

function conflictOf(port: ContainerPort, other: ContainerPort): string | undefined {
  const [hostPort, otherHostPort] = [port.hostPort ?? 0, other.hostPort ?? 0];
  const [hostIp, otherHostIp] = [port.hostIP ?? "", other.hostIP ?? ""];
  if (hostIp === otherHostIp && hostPort === otherHostPort) return "duplicate port definition";
  if (hostPort === 0 || otherHostPort === 0) return "overlapping port definition";
  if (hostPort === otherHostPort && (hostIp === "") !== (otherHostIp === "")) {
    return "dangerously ambiguous port definition";
  }
  return undefined;
}

function* affinityWarnings(affinity: PodAffinity, at: string): Iterable<string> {
  for (const [index, { labelSelector }] of (affinity.requiredDuringSchedulingIgnoredDuringExecution ?? []).entries()) {
    if (labelSelector !== undefined) continue;
    yield `${at}.requiredDuringSchedulingIgnoredDuringExecution[${index}].labelSelector: ${NO_SELECTOR}`;
  }
  const preferred = affinity.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  for (const [index, { podAffinityTerm }] of preferred.entries()) {
    if (podAffinityTerm.labelSelector !== undefined) continue;
    const here = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${index}].podAffinityTerm.labelSelector`;
    yield `${here}: ${NO_SELECTOR}`;
  }
}
