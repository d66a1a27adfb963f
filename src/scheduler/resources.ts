import type { Container, PodSpec } from "../api/generated/core-v1.ts";
import { parseQuantity, quantityMilliValue, quantityValue } from "../machinery/quantity.ts";

/** Amounts by resource: CPU in thousandths of a core, everything else in its own unit. */
export type Resources = Readonly<Record<string, number>>;

/** What a container without a request counts as when nodes are compared: Kubernetes' figures. */
const ASSUMED: Resources = { cpu: 100, memory: 200 * 1024 * 1024 };

export function parseResources(list: Readonly<Record<string, string>> | undefined): Resources {
  const amounts: Record<string, number> = {};
  for (const [name, text] of Object.entries(list ?? {})) {
    const quantity = parseQuantity(text);
    amounts[name] = name === "cpu" ? quantityMilliValue(quantity) : quantityValue(quantity);
  }
  return amounts;
}

/**
 * What a pod needs of a node: the sum of its containers, or its hungriest moment while init containers run, whichever is
 * more; sidecars (init containers that always restart) count on from their start. Requests of the pod as a whole come
 * before those of its containers.
 */
export function podRequests(spec: PodSpec, assumed: boolean): Resources {
  const request = (container: Container) => containerRequests(container, assumed);
  let running: Resources = {};
  for (const container of spec.containers) running = sum(running, request(container));
  let sidecars: Resources = {};
  let starting: Resources = {};
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === "Always") {
      sidecars = sum(sidecars, request(container));
      starting = larger(starting, sidecars);
    } else starting = larger(starting, sum(sidecars, request(container)));
  }
  const containers = larger(sum(running, sidecars), starting);
  const whole = parseResources(spec.resources?.requests);
  return sum({ ...containers, ...whole }, parseResources(spec.overhead));
}

function containerRequests({ resources }: Container, assumed: boolean): Resources {
  const requests = parseResources(resources?.requests);
  return assumed ? { ...ASSUMED, ...requests } : requests;
}

export function sum(a: Resources, b: Resources): Resources {
  const total: Record<string, number> = { ...a };
  for (const name in b) total[name] = (total[name] ?? 0) + b[name]!;
  return total;
}

function larger(a: Resources, b: Resources): Resources {
  const most: Record<string, number> = { ...a };
  for (const name in b) most[name] = Math.max(most[name] ?? 0, b[name]!);
  return most;
}
