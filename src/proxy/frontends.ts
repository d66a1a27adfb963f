import type { Service } from "../api/generated/core-v1.ts";
import type { IpFamily } from "../base/ip.ts";
import { canonicalIp, formatNetwork, ipFamily, parseNetwork } from "../base/ip.ts";
import type { Protocol } from "./rules.ts";

/** What clients connect to: one port of a service, in one family. */
export interface Frontend {
  /** `namespace/name` */
  readonly service: string;
  readonly portName: string;
  readonly protocol: Protocol;
  readonly clusterIp: string;
  readonly port: number;
  /** 0 where there is none. */
  readonly nodePort: number;
  readonly externalIps: readonly string[];
  readonly loadBalancerIps: readonly string[];
  /** Networks that may use the load balancer IPs; empty means everybody. */
  readonly sourceRanges: readonly string[];
  /** How long a client stays with its endpoint; undefined without session affinity. */
  readonly affinitySeconds: number | undefined;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
}

/** Services with this label are left to another proxy. */
const OTHER_PROXY_LABEL = "service.kubernetes.io/service-proxy-name";

/** Seconds that a client is remembered if the service does not say: three hours. */
const DEFAULT_AFFINITY_SECONDS = 10_800;

/** Reads a service's ports for one family; none where it has no ClusterIP of that family. */
export function readFrontends(service: Service, family: IpFamily): readonly Frontend[] {
  const { spec, metadata, status } = service;
  if (!isProxied(service)) return [];
  const clusterIps = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ""];
  const clusterIp = ofFamily(clusterIps, family)[0];
  if (clusterIp === undefined) return [];
  const virtualIps = (status.loadBalancer.ingress ?? [])
    .filter((ingress) => (ingress.ipMode ?? "VIP") === "VIP")
    .map((ingress) => ingress.ip ?? "");
  const common = {
    service: `${metadata.namespace ?? ""}/${metadata.name}`,
    clusterIp,
    externalIps: ofFamily(spec.externalIPs ?? [], family),
    loadBalancerIps: ofFamily(virtualIps, family),
    sourceRanges: readSourceRanges(spec.loadBalancerSourceRanges ?? [], family),
    affinitySeconds:
      spec.sessionAffinity === "ClientIP"
        ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS)
        : undefined,
    internalLocal: spec.internalTrafficPolicy === "Local",
    externalLocal: spec.externalTrafficPolicy === "Local",
  };
  return (spec.ports ?? []).map((port) => ({
    ...common,
    portName: port.name ?? "",
    protocol: (port.protocol ?? "TCP").toLowerCase() as Protocol,
    port: port.port,
    nodePort: port.nodePort ?? 0,
  }));
}

/** The port on which outer load balancers ask whether this node has endpoints; undefined where none is wanted. */
export function healthCheckPort(service: Service): number | undefined {
  const { spec } = service;
  if (spec.type !== "LoadBalancer" || spec.externalTrafficPolicy !== "Local" || !isProxied(service)) return undefined;
  return spec.healthCheckNodePort === 0 ? undefined : spec.healthCheckNodePort;
}

export function isExternallyAccessible(frontend: Frontend): boolean {
  return frontend.nodePort !== 0 || frontend.loadBalancerIps.length > 0 || frontend.externalIps.length > 0;
}

/** Headless services and names of other places have no traffic of their own. */
function isProxied({ spec, metadata }: Service): boolean {
  if (spec.type === "ExternalName") return false;
  if (metadata.labels?.[OTHER_PROXY_LABEL] !== undefined) return false;
  return spec.clusterIP !== undefined && spec.clusterIP !== "" && spec.clusterIP !== "None";
}

function ofFamily(addresses: readonly string[], family: IpFamily): readonly string[] {
  const known = addresses.map(canonicalIp).filter((address) => address !== undefined);
  return [...new Set(known.filter((address) => ipFamily(address) === family))];
}

/** A network of length zero allows everybody, whatever else is named. */
function readSourceRanges(ranges: readonly string[], family: IpFamily): readonly string[] {
  const networks = ranges
    .map((range) => parseNetwork(range.trim()))
    .filter((network) => network !== undefined)
    .filter((network) => network.family === family);
  return networks.some((network) => network.prefixLength === 0) ? [] : networks.map(formatNetwork);
}
