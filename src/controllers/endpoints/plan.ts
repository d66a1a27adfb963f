import type {
  EndpointAddress,
  EndpointPort,
  Endpoints,
  EndpointSubset,
  Pod,
  Service,
} from "../../api/generated/core-v1.ts";
import { canonicalIp, type IpFamily, ipFamily } from "../../base/ip.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import type { Draft } from "../../machinery/object.ts";
import { isReady } from "../pods/condition.ts";
import { findPort, hasAddress, HEADLESS, hostnameIn, isHeadless } from "../services/backends.ts";

const OVER_CAPACITY = "endpoints.kubernetes.io/over-capacity";
const MOST_ADDRESSES = 1000;

/** What the legacy object of a service should say: its addresses by the ports that they share. */
export function planEndpoints(
  service: Service,
  pods: readonly Pod[],
  present: Endpoints | undefined,
): Draft<Endpoints> {
  const { subsets, truncated } = fitted(subsetsOf(service, pods));
  const { [OVER_CAPACITY]: _old, ...annotations } = present?.metadata.annotations ?? {};
  const { [HEADLESS]: _headless, ...labels } = service.metadata.labels ?? {};
  const { name, namespace } = service.metadata;
  return {
    ...present,
    metadata: {
      ...(present?.metadata ?? { name, namespace }),
      labels: {
        ...labels,
        ...(isHeadless(service) ? { [HEADLESS]: "" } : {}),
        "endpoints.kubernetes.io/managed-by": "endpoint-controller",
      },
      annotations: truncated ? { ...annotations, [OVER_CAPACITY]: "truncated" } : annotations,
    },
    subsets,
  };
}

interface Subset {
  readonly addresses: EndpointAddress[];
  readonly notReadyAddresses: EndpointAddress[];
  readonly ports: readonly EndpointPort[];
}

function subsetsOf(service: Service, pods: readonly Pod[]): readonly Subset[] {
  const { spec } = service;
  const publishesAll = spec.publishNotReadyAddresses === true;
  const byPorts = new Map<string, Subset>();
  for (const pod of pods) {
    if (!hasAddress(pod) || (pod.metadata.deletionTimestamp !== undefined && !publishesAll)) continue;
    const address = addressOf(service, pod);
    const ports = (spec.ports ?? []).flatMap((port) => {
      const number = findPort(pod, port);
      if (number === undefined) return [];
      const { name, protocol, appProtocol } = port;
      return [
        {
          ...(name === undefined ? {} : { name }),
          port: number,
          protocol,
          ...(appProtocol === undefined ? {} : { appProtocol }),
        },
      ];
    });
    const isReachable = ports.length > 0 || ((spec.ports ?? []).length === 0 && spec.clusterIP === "None");
    if (address === undefined || !isReachable) continue;
    const key = JSON.stringify(ports);
    const subset = byPorts.get(key) ?? { addresses: [], notReadyAddresses: [], ports };
    byPorts.set(key, subset);
    (publishesAll || isReady(pod) ? subset.addresses : subset.notReadyAddresses).push(address);
  }
  return [...byPorts.keys()].sort(byteOrder).map((key) => byPorts.get(key)!);
}

function addressOf(service: Service, pod: Pod): EndpointAddress | undefined {
  const family = familyOf(service, pod);
  const ip = (pod.status.podIPs ?? []).find((address) => ipFamily(address.ip) === family)?.ip;
  if (ip === undefined) return undefined;
  const { namespace, name, uid } = pod.metadata as {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  const hostname = hostnameIn(service, pod);
  return {
    ip: canonicalIp(ip) ?? ip,
    ...(hostname === undefined ? {} : { hostname }),
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    targetRef: { kind: "Pod", namespace, name, uid },
  };
}

function familyOf({ spec }: Service, { status }: Pod): IpFamily {
  const [first = ""] = spec.ipFamilies ?? [];
  if (first !== "") return first;
  const { clusterIP = "" } = spec;
  return ipFamily(clusterIP === "" || clusterIP === "None" ? (status.podIP ?? "") : clusterIP);
}

/** Cuts down to a thousand addresses: the ready ones first, each subset by its share. */
function fitted(subsets: readonly Subset[]): {
  readonly subsets: readonly EndpointSubset[];
  readonly truncated: boolean;
} {
  const ready = subsets.reduce((sum, { addresses }) => sum + addresses.length, 0);
  const notReady = subsets.reduce((sum, { notReadyAddresses }) => sum + notReadyAddresses.length, 0);
  const truncated = ready + notReady > MOST_ADDRESSES;
  const readyRoom = Math.min(ready, MOST_ADDRESSES);
  const notReadyRoom = Math.min(notReady, MOST_ADDRESSES - readyRoom);
  let readyLeft = readyRoom;
  let notReadyLeft = notReadyRoom;
  const cut = subsets.map(({ addresses, notReadyAddresses, ports }): EndpointSubset => {
    const someReady = sorted(addresses).slice(0, Math.min(readyLeft, share(addresses.length, ready, readyRoom)));
    const others = sorted(notReadyAddresses).slice(
      0,
      Math.min(notReadyLeft, share(notReadyAddresses.length, notReady, notReadyRoom)),
    );
    readyLeft -= someReady.length;
    notReadyLeft -= others.length;
    return {
      ...(someReady.length === 0 ? {} : { addresses: someReady }),
      ...(others.length === 0 ? {} : { notReadyAddresses: others }),
      ...(ports.length === 0 ? {} : { ports }),
    };
  });
  return { subsets: cut, truncated };
}

function share(count: number, total: number, room: number): number {
  return total === 0 ? 0 : Math.ceil((count / total) * room);
}

function sorted(addresses: readonly EndpointAddress[]): readonly EndpointAddress[] {
  return addresses.toSorted(
    (a, b) => byteOrder(a.ip, b.ip) || byteOrder(a.targetRef?.uid ?? "", b.targetRef?.uid ?? ""),
  );
}
