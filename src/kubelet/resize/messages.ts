import type { Container, Pod, ResourceRequirements } from "../../api/generated/core-v1.ts";

/** An event's text: what is said, and all resources of the pod as JSON, the fields in Kubernetes' order. */
export function resizeMessage(what: string, pod: Pod, generation: number, error?: string): string {
  const { initContainers = [], containers } = pod.spec;
  const summary = {
    ...(initContainers.length === 0 ? {} : { initContainers: initContainers.map(named) }),
    containers: containers.map(named),
    generation,
    ...(error === undefined || error === "" ? {} : { error }),
  };
  return `${what}: ${JSON.stringify(summary)}`;
}

function named({ name, resources = {} }: Container): object {
  return { name, resources: inOrder(resources) };
}

function inOrder({ limits, requests, claims }: ResourceRequirements): object {
  return {
    ...(limits === undefined ? {} : { limits: sorted(limits) }),
    ...(requests === undefined ? {} : { requests: sorted(requests) }),
    ...(claims === undefined ? {} : { claims }),
  };
}

function sorted(amounts: Readonly<Record<string, string>>): object {
  return Object.fromEntries(Object.entries(amounts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
