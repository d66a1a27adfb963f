import type { Container, Pod, ResourceRequirements } from "../../api/generated/core-v1.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { compareQuantities, parseQuantity } from "../../machinery/quantity.ts";
import { milli, value } from "../containers/resources.ts";

/** What of a pod's specification may change while it runs: its resources, and those of its containers. */
export interface PodResources {
  readonly pod?: ResourceRequirements;
  readonly containers: Readonly<Record<string, ResourceRequirements>>;
}

export function resourcesOf({ spec }: Pod): PodResources {
  const containers = [...(spec.initContainers ?? []), ...spec.containers];
  return {
    ...(spec.resources === undefined ? {} : { pod: spec.resources }),
    containers: Object.fromEntries(containers.map(({ name, resources = {} }) => [name, resources])),
  };
}

/** The pod as if it asked for these resources. */
export function withResources(pod: Pod, resources: PodResources): Pod {
  if (sameResources(resourcesOf(pod), resources)) return pod;
  const given = (container: Container): Container => ({
    ...container,
    resources: resources.containers[container.name] ?? container.resources,
  });
  const { resources: _own, ...spec } = pod.spec;
  return {
    ...pod,
    spec: {
      ...spec,
      ...(resources.pod === undefined ? {} : { resources: resources.pod }),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(given) }),
      containers: spec.containers.map(given),
    },
  };
}

export function sameResources(one: PodResources, other: PodResources): boolean {
  const names = Object.keys(one.containers);
  return (
    names.length === Object.keys(other.containers).length &&
    sameRequirements(one.pod, other.pod) &&
    names.every((name) => sameRequirements(one.containers[name], other.containers[name]))
  );
}

/** `1` and `1000m` are the same. */
function sameRequirements(one: ResourceRequirements = {}, other: ResourceRequirements = {}): boolean {
  return (
    one === other ||
    (sameAmounts(one.limits, other.limits) &&
      sameAmounts(one.requests, other.requests) &&
      sameJson(one.claims, other.claims))
  );
}

type Amounts = Readonly<Record<string, string>>;

function sameAmounts(one: Amounts = {}, other: Amounts = {}): boolean {
  const names = Object.keys(one);
  if (names.length !== Object.keys(other).length) return false;
  return names.every((name) => {
    const [mine, theirs] = [one[name]!, other[name]];
    if (mine === theirs) return true;
    return theirs !== undefined && compareQuantities(parseQuantity(mine), parseQuantity(theirs)) === 0;
  });
}

/** A container's own requirements; where it has no limit, the pod's holds for it. */
export function effectiveRequirements(pod: Pod, { resources = {} }: Container): ResourceRequirements {
  const podLimits = pod.spec.resources?.limits;
  if (podLimits === undefined) return resources;
  const inherited = Object.fromEntries(
    Object.entries(podLimits).filter(([name]) => name === "cpu" || name === "memory"),
  );
  return { ...resources, limits: { ...inherited, ...resources.limits } };
}

export type ResizableResource = "cpu" | "memory";

/** The two figures of a resource that a container is held to: milli-CPU, or bytes. 0 where there is none. */
export function figuresOf(
  { limits = {}, requests = {} }: ResourceRequirements,
  resource: ResizableResource,
): { readonly limit: number; readonly request: number } {
  const read = resource === "cpu" ? milli : value;
  return { limit: read(limits, resource), request: read(requests, resource) };
}

export function differ(one: ResourceRequirements, other: ResourceRequirements, resource: ResizableResource): boolean {
  return !sameJson(figuresOf(one, resource), figuresOf(other, resource));
}
