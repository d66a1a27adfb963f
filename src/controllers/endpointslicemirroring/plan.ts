import type { EndpointAddress, Endpoints, EndpointSubset } from "../../api/generated/core-v1.ts";
import type { Endpoint, EndpointPort, EndpointSlice } from "../../api/generated/discovery-v1.ts";
import { formatIp, type IpFamily, parseIp } from "../../base/ip.ts";
import type { Draft } from "../../machinery/object.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { controllerReference } from "../../reconciler/ownership.ts";
import { MANAGED_BY, SERVICE_NAME } from "../endpointslice/plan.ts";
import { portsKey } from "../endpointslice/pack.ts";

export const MANAGER = "endpointslicemirroring-controller.k8s.io";
export const MOST_MIRRORED = 1000;
const NOT_MIRRORED: ReadonlySet<string> = new Set([
  "endpoints.kubernetes.io/last-change-trigger-time",
  "kubectl.kubernetes.io/last-applied-configuration",
]);

export interface MirrorPlan {
  readonly create: readonly Draft<EndpointSlice>[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
  readonly invalid: number;
  readonly skipped: number;
}

/** Compares Endpoints that a person wrote with the slices that repeat them: one of each address family and set of ports. */
export function planMirror(endpoints: Endpoints, slices: readonly EndpointSlice[]): MirrorPlan {
  const wanted = new Map<string, Group>();
  let invalid = 0;
  let skipped = 0;
  for (const subset of endpoints.subsets ?? []) {
    const taken = mirrored(subset);
    invalid += taken.invalid;
    skipped += taken.skipped;
    for (const { family, endpoint } of taken.endpoints) {
      const ports = portsOf(subset);
      const key = `${family} ${portsKey(ports)}`;
      const group = wanted.get(key) ?? { family, ports, endpoints: [] };
      wanted.set(key, group);
      group.endpoints.push(endpoint);
    }
  }
  const present = Map.groupBy(slices, ({ addressType, ports }) => `${addressType} ${portsKey(ports)}`);
  const create: Draft<EndpointSlice>[] = [];
  const update: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const [key, group] of wanted) {
    const [first, ...more] = present.get(key) ?? [];
    const draft = sliceOf(endpoints, group);
    remove.push(...more);
    if (first === undefined) create.push(draft);
    else if (!isSame(first, draft))
      update.push({
        ...first,
        ...(draft as EndpointSlice),
        metadata: { ...first.metadata, ...(draft.metadata as object) },
      });
  }
  for (const [key, outdated] of present) if (!wanted.has(key)) remove.push(...outdated);
  return { create, update, remove, invalid, skipped };
}

interface Group {
  readonly family: IpFamily;
  readonly ports: readonly EndpointPort[];
  readonly endpoints: Endpoint[];
}

function mirrored({ addresses = [], notReadyAddresses = [] }: EndpointSubset) {
  const endpoints: { readonly family: IpFamily; readonly endpoint: Endpoint }[] = [];
  let invalid = 0;
  let skipped = 0;
  for (const [list, ready] of [
    [addresses, true],
    [notReadyAddresses, false],
  ] as const) {
    for (const address of list) {
      const ip = parseIp(address.ip);
      if (ip === undefined) invalid += 1;
      else if (endpoints.length >= MOST_MIRRORED) skipped += 1;
      else endpoints.push({ family: ip.family, endpoint: endpointOf(address, formatIp(ip), ready) });
    }
  }
  return { endpoints, invalid, skipped: skipped === 0 ? 0 : skipped + invalid };
}

function endpointOf({ hostname, nodeName, targetRef }: EndpointAddress, ip: string, ready: boolean): Endpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname === undefined ? {} : { hostname }),
    ...(targetRef === undefined ? {} : { targetRef }),
    ...(nodeName === undefined ? {} : { nodeName }),
  };
}

function portsOf({ ports = [] }: EndpointSubset): readonly EndpointPort[] {
  return ports.map(({ name = "", port, protocol, appProtocol }) => ({
    name,
    protocol,
    port,
    ...(appProtocol === undefined ? {} : { appProtocol }),
  }));
}

function sliceOf(endpoints: Endpoints, { family, ports, endpoints: members }: Group): Draft<EndpointSlice> {
  const { name, namespace, labels, annotations = {} } = endpoints.metadata;
  const own = Object.entries(annotations).filter(([key]) => !NOT_MIRRORED.has(key));
  return {
    metadata: {
      generateName: `${name}-`,
      namespace,
      labels: { ...labels, [SERVICE_NAME]: name, [MANAGED_BY]: MANAGER },
      ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
      ownerReferences: [controllerReference(endpoints)],
    },
    addressType: family,
    ports,
    endpoints: members,
  };
}

function isSame({ metadata, endpoints }: EndpointSlice, draft: Draft<EndpointSlice>): boolean {
  return (
    sameJson(endpoints ?? [], draft.endpoints) &&
    sameJson(metadata.labels, draft.metadata!.labels) &&
    sameJson(metadata.annotations ?? {}, draft.metadata!.annotations ?? {})
  );
}
