import type { Endpoint, EndpointPort, EndpointSlice } from "../../api/generated/discovery-v1.ts";
import type { Node, Pod, Service } from "../../api/generated/core-v1.ts";
import { type IpFamily, ipFamily } from "../../base/ip.ts";
import type { Draft } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { controllerReference } from "../../reconciler/ownership.ts";
import { hasAddress, HEADLESS, isHeadless } from "../services/backends.ts";
import { endpointOf, portsOf } from "./endpoint.ts";
import { pack, portsKey } from "./pack.ts";

export const SERVICE_NAME = "kubernetes.io/service-name";
export const MANAGED_BY = "endpointslice.kubernetes.io/managed-by";
const MANAGER = "endpointslice-controller.k8s.io";
const MOST_ENDPOINTS = 100;

export interface SlicePlan {
  readonly create: readonly Draft<EndpointSlice>[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  /** Why some pods could not be taken in yet. */
  readonly problems: readonly string[];
}

/** Compares the pods behind a service with the slices that name them. */
export function planSlices(
  service: Service,
  pods: readonly Pod[],
  slices: readonly EndpointSlice[],
  node: (name: string) => Node | undefined,
): SlicePlan {
  const families = familiesOf(service);
  const problems = new Set<string>();
  const ready = pods.filter((pod) => hasAddress(pod) && hasNode(pod, service, node, problems));
  const plans = families.map((family) => {
    const existing = slices.filter(({ addressType }) => addressType === family);
    return reused(planFamily(service, ready, existing, family, node));
  });
  const foreign = slices.filter(({ addressType }) => !families.includes(addressType as IpFamily));
  return {
    create: service.metadata.deletionTimestamp === undefined ? plans.flatMap(({ create }) => create) : [],
    update: plans.flatMap(({ update }) => update),
    remove: [...plans.flatMap(({ remove }) => remove), ...foreign],
    problems: [...problems],
  };
}

type FamilyPlan = Omit<SlicePlan, "problems">;

/** All endpoints of one address family: pods whose ports have other numbers are in other slices. */
function planFamily(
  service: Service,
  pods: readonly Pod[],
  existing: readonly EndpointSlice[],
  family: IpFamily,
  node: (name: string) => Node | undefined,
): FamilyPlan {
  const desired = new Map<string, { readonly ports: readonly EndpointPort[]; readonly endpoints: Endpoint[] }>();
  for (const pod of pods) {
    const ports = portsOf(service, pod);
    const key = portsKey(ports);
    const group = desired.get(key) ?? { ports, endpoints: [] };
    desired.set(key, group);
    const endpoint = endpointOf(pod, node(pod.spec.nodeName ?? ""), service, family);
    if (endpoint !== undefined) group.endpoints.push(endpoint);
  }
  const present = Map.groupBy(existing, ({ ports }) => portsKey(ports));
  const create: Draft<EndpointSlice>[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const [key, { ports, endpoints }] of desired) {
    const packed = pack(present.get(key) ?? [], endpoints, MOST_ENDPOINTS, (slice) => relabelled(service, slice));
    create.push(...packed.create.map((some) => newSlice(service, family, ports, some)));
    update.push(...packed.update);
    remove.push(...packed.remove);
  }
  for (const [key, outdated] of present) if (!desired.has(key)) remove.push(...outdated);
  if (create.length > 0 || remove.length < existing.length) return { create, update, remove };
  // A service without endpoints keeps one empty slice, so that it can be told from one that nobody has looked at.
  const [only] = remove;
  if (remove.length === 1 && isPlaceholder(only!, service)) return { create, update, remove: [] };
  return { create: [newSlice(service, family, [], [])], update, remove };
}

/** A slice that would be deleted while another is created is turned into it. */
function reused({ create, update, remove }: FamilyPlan): FamilyPlan {
  const count = Math.min(create.length, remove.length);
  const replaced = remove.slice(0, count).map((slice, index) => {
    const { metadata, ports, endpoints } = create[index] as EndpointSlice;
    return { ...slice, metadata: { ...slice.metadata, labels: metadata.labels ?? {} }, ports, endpoints };
  });
  return { create: create.slice(count), update: [...update, ...replaced], remove: remove.slice(count) };
}

function newSlice(
  service: Service,
  addressType: IpFamily,
  ports: readonly EndpointPort[],
  endpoints: readonly Endpoint[],
): Draft<EndpointSlice> {
  return {
    metadata: {
      generateName: `${service.metadata.name}-`,
      namespace: service.metadata.namespace,
      labels: labelsOf(service),
      ownerReferences: [controllerReference(service)],
    },
    addressType,
    ports,
    endpoints,
  };
}

function isPlaceholder(slice: EndpointSlice, service: Service): boolean {
  const isEmpty = (slice.ports?.length ?? 0) === 0 && (slice.endpoints?.length ?? 0) === 0;
  return isEmpty && sameJson(slice.metadata.labels ?? {}, labelsOf(service));
}

/** The service's own labels, and those by which its slices are found. */
function labelsOf(service: Service): Readonly<Record<string, string>> {
  return {
    ...withoutReserved(service.metadata.labels),
    ...(isHeadless(service) ? { [HEADLESS]: "" } : {}),
    [SERVICE_NAME]: service.metadata.name,
    [MANAGED_BY]: MANAGER,
  };
}

function relabelled(service: Service, slice: EndpointSlice): Readonly<Record<string, string>> | undefined {
  const same = sameJson(withoutReserved(slice.metadata.labels), withoutReserved(service.metadata.labels));
  return same ? undefined : labelsOf(service);
}

function withoutReserved(labels: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> {
  const { [SERVICE_NAME]: _name, [MANAGED_BY]: _manager, [HEADLESS]: _headless, ...own } = labels;
  return own;
}

function familiesOf({ spec }: Service): readonly IpFamily[] {
  const named = (spec.ipFamilies ?? []).filter((family) => family !== "");
  if (named.length > 0) return named;
  const { clusterIP = "" } = spec;
  return clusterIP === "" || clusterIP === "None" ? ["IPv4", "IPv6"] : [ipFamily(clusterIP)];
}

/** Without its node nothing can be said of where an endpoint is; only services that publish everything do without. */
function hasNode(
  { metadata, spec }: Pod,
  service: Service,
  node: (name: string) => Node | undefined,
  problems: Set<string>,
): boolean {
  const { nodeName = "" } = spec;
  if (service.spec.publishNotReadyAddresses === true || node(nodeName) !== undefined) return true;
  const { namespace, name } = service.metadata;
  problems.add(`skipping Pod ${metadata.name} for Service ${namespace}/${name}: Node ${nodeName} Not Found`);
  return false;
}
