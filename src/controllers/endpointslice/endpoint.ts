import type { Endpoint, EndpointPort } from "../../api/generated/discovery-v1.ts";
import type { Node, Pod, Service } from "../../api/generated/core-v1.ts";
import { canonicalIp, type IpFamily, ipFamily } from "../../base/ip.ts";
import { isReady } from "../pods/condition.ts";
import { findPort, hostnameIn, isHeadless } from "../services/backends.ts";

const ZONE = "topology.kubernetes.io/zone";

/** A pod as an endpoint of a service; undefined where it has no address of the family. */
export function endpointOf(pod: Pod, node: Node | undefined, service: Service, family: IpFamily): Endpoint | undefined {
  const addresses = (pod.status.podIPs ?? []).flatMap(({ ip }) =>
    ipFamily(ip) === family ? [canonicalIp(ip) ?? ip] : [],
  );
  if (addresses.length === 0) return undefined;
  const serving = isReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const { namespace, name, uid } = pod.metadata as {
    readonly namespace: string;
    readonly name: string;
    readonly uid: string;
  };
  const hostname = hostnameIn(service, pod);
  const zone = node?.metadata.labels?.[ZONE] ?? "";
  const { nodeName = "" } = pod.spec;
  const endpoint: Endpoint = {
    addresses,
    conditions: { ready, serving, terminating },
    ...(hostname === undefined ? {} : { hostname }),
    targetRef: { kind: "Pod", namespace, name, uid },
    ...(nodeName === "" ? {} : { nodeName }),
    ...(zone === "" ? {} : { zone }),
  };
  return ready ? withHints(endpoint, service) : endpoint;
}

/** The ports of a service as they are on this pod. */
export function portsOf(service: Service, pod: Pod): readonly EndpointPort[] {
  const { ports = [] } = service.spec;
  if (ports.length === 0 && isHeadless(service)) return [];
  return ports.flatMap((port) => {
    const number = findPort(pod, port);
    if (number === undefined) return [];
    const { name = "", protocol, appProtocol } = port;
    return [{ name, protocol, port: number, ...(appProtocol === undefined ? {} : { appProtocol }) }];
  });
}

/** Whom the endpoint should serve, where the service wants its traffic to stay near. */
function withHints(endpoint: Endpoint, { spec, metadata }: Service): Endpoint {
  const { trafficDistribution = "" } = spec;
  const { annotations = {} } = metadata;
  const mode =
    annotations["service.kubernetes.io/topology-aware-hints"] ?? annotations["service.kubernetes.io/topology-mode"];
  if (mode === "Auto" || mode === "auto") return endpoint;
  if (!["PreferClose", "PreferSameZone", "PreferSameNode"].includes(trafficDistribution)) return endpoint;
  const { zone, nodeName } = endpoint;
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  const forNodes =
    nodeName === undefined || trafficDistribution !== "PreferSameNode" ? {} : { forNodes: [{ name: nodeName }] };
  const hints = { ...forZones, ...forNodes };
  return Object.keys(hints).length === 0 ? endpoint : { ...endpoint, hints };
}
