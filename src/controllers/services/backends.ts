import { Service } from "../../api/core/v1/service.ts";
import type { Pod, ServicePort } from "../../api/generated/core-v1.ts";
import type { Cache } from "../../client/cache.ts";
import { nameKey } from "../../client/informer.ts";
import { type Labels, matches, type Selector, selectorFromLabels } from "../../machinery/labels.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isEnded, isReady } from "../pods/condition.ts";

export const HEADLESS = "service.kubernetes.io/headless";

/** The keys of the services that a change of a pod concerns. */
export function* servicesOf(pod: Pod, cache: Cache, old?: Pod): Iterable<string> {
  const relabelled =
    old !== undefined &&
    (!sameJson(old.metadata.labels, pod.metadata.labels) ||
      old.spec.hostname !== pod.spec.hostname ||
      old.spec.subdomain !== pod.spec.subdomain);
  if (old !== undefined && !relabelled && !isMoved(old, pod)) return;
  for (const service of cache.list(Service, pod.metadata.namespace)) {
    if (selects(service, pod) || (relabelled && selects(service, old))) yield nameKey(service.metadata);
  }
}

/** Whether the service finds its backends by a selector: else somebody else writes its endpoints. */
export function hasBackends({ spec }: Service): boolean {
  return spec.type !== "ExternalName" && spec.selector !== undefined;
}

export function isHeadless({ spec }: Service): boolean {
  return (spec.clusterIP ?? "") === "" || spec.clusterIP === "None";
}

export function selects({ spec }: Service, pod: Pod): boolean {
  return spec.selector !== undefined && matches(compiled(spec.selector), pod.metadata.labels);
}

/** A pod that has an address and may still answer under it. */
export function hasAddress(pod: Pod): boolean {
  const { podIP = "", podIPs = [] } = pod.status;
  return !isEnded(pod) && (podIP !== "" || podIPs.length > 0);
}

/** The number of the pod's port that a service's port leads to; named ones are found in its containers. */
export function findPort({ spec }: Pod, { targetPort, protocol }: ServicePort): number | undefined {
  if (typeof targetPort === "number") return targetPort;
  const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === "Always") ?? [];
  for (const { ports = [] } of [...spec.containers, ...sidecars]) {
    const found = ports.find((port) => port.name === targetPort && port.protocol === protocol);
    if (found !== undefined) return found.containerPort;
  }
  return undefined;
}

/** The name under which a pod of a headless service can be asked for, if it wants one. */
export function hostnameIn(service: Service, { spec }: Pod): string | undefined {
  const { hostname = "", subdomain } = spec;
  return hostname !== "" && subdomain === service.metadata.name ? hostname : undefined;
}

/** Selectors are asked of every pod: they are made ready once, and remembered with their service. */
function compiled(labels: Labels): Selector {
  const known = selectors.get(labels);
  if (known !== undefined) return known;
  const selector = selectorFromLabels(labels);
  selectors.set(labels, selector);
  return selector;
}

const selectors = new WeakMap<Labels, Selector>();

function isMoved(old: Pod, pod: Pod): boolean {
  return (
    old.metadata.deletionTimestamp !== pod.metadata.deletionTimestamp ||
    isReady(old) !== isReady(pod) ||
    isEnded(old) !== isEnded(pod) ||
    !sameJson(old.status.podIPs, pod.status.podIPs)
  );
}
