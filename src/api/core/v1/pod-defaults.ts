import { givenEmpty, noteGivenEmpty } from "../../../machinery/given-empty.ts";
import type { Mutable } from "../../../machinery/object.ts";
import type { Container, Pod, PodSpec, ResourceRequirements } from "../../generated/core-v1.ts";
import { containerResources, isHugePage, isPodLevelResource, resourceTexts } from "./pod-resources.ts";
import { sayAddressesTwice } from "./pod-prepare.ts";
import { defaultPodSpec, forgetInitAnnotations } from "./pod-spec/defaults.ts";

/** The defaults of a pod that hang on other fields, in place: templates get a part of them. */
export function defaultPod({ metadata, spec, status }: Mutable<Pod>): void {
  forgetInitAnnotations(metadata);
  sayAddressesTwice(status);
  if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  for (const container of spec.containers ?? []) requestLimits(container.resources);
  for (const container of spec.initContainers ?? []) requestLimits(container.resources);
  if (spec.resources !== undefined) defaultPodLevelResources(spec, spec.resources);
  if (spec.hostNetwork === true) {
    exposeOnHost(spec.containers ?? []);
    exposeOnHost(spec.initContainers ?? []);
  }
  defaultPodSpec(spec);
}

/** A limit without a request is requested as well. */
function requestLimits(resources: Mutable<ResourceRequirements>): void {
  if (givenEmpty(resources, "limits") !== undefined && resources.requests === undefined)
    noteGivenEmpty(resources, "requests", {});
  if (resources.limits === undefined) return;
  const requests = (resources.requests ??= {});
  for (const [name, amount] of Object.entries(resources.limits)) requests[name] ??= amount;
}

function defaultPodLevelResources(spec: Mutable<PodSpec>, resources: Mutable<ResourceRequirements>): void {
  const { limits = {}, requests = {} } = resources;
  if (Object.keys(limits).length > 0 || Object.keys(requests).length > 0) {
    const needed = resourceTexts(containerResources(spec, "limits"));
    for (const name in needed) if (isHugePage(name) && requests[name] === undefined) limits[name] ??= needed[name]!;
    if (Object.keys(limits).length > 0) resources.limits = limits;
  }
  if (Object.keys(limits).length === 0) return;
  const needed = resourceTexts(containerResources(spec, "requests"));
  for (const name in needed) if (name === "cpu" || name === "memory") requests[name] ??= needed[name]!;
  for (const name in limits) if (isPodLevelResource(name)) requests[name] ??= limits[name]!;
  if (Object.keys(requests).length > 0) resources.requests = requests;
}

/** On the host's network each port of a container is a port of the host. */
function exposeOnHost(containers: Mutable<Container>[]): void {
  for (const container of containers) for (const port of container.ports ?? []) port.hostPort ??= port.containerPort;
}
