import { byteOrder } from "../../../machinery/byte-order.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { age, formatLabels } from "../../columns.ts";
import type { LoadBalancerStatus, Service as StoredService } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Service = StoredService;

export const Service: Kind<Service> = defineKind(facts.core.v1.Service, {
  answersDeleted: true,
  allowsCreateOnUpdate: true,
  nameRule: "dns-label",
  fields: {
    "spec.clusterIP": ({ spec }) => spec.clusterIP ?? "",
    "spec.type": ({ spec }) => spec.type ?? "",
  },
  columns: [
    { name: "Type", type: "string", value: ({ spec }) => spec.type ?? "" },
    { name: "Cluster-IP", type: "string", value: ({ spec }) => spec.clusterIPs?.[0] ?? "<none>" },
    { name: "External-IP", type: "string", value: externalIp },
    { name: "Port(s)", type: "string", value: portList },
    age,
    { name: "Selector", type: "string", priority: 1, value: ({ spec }) => formatLabels(spec.selector) },
  ],
  default: (object) => defaultService(object as unknown as Mutable<Service>),
});

/** Three hours. */
const SESSION_AFFINITY_SECONDS = 10_800;

function defaultService({ spec, status }: Mutable<Service>): void {
  spec.sessionAffinity ??= "None";
  if (spec.sessionAffinity === "None") delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP" && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: SESSION_AFFINITY_SECONDS } };
  }
  spec.type ??= "ClusterIP";
  for (const port of spec.ports ?? []) {
    port.protocol ??= "TCP";
    if (!port.targetPort) port.targetPort = port.port;
  }
  if (isReachableFromOutside(spec)) spec.externalTrafficPolicy ??= "Cluster";
  if (spec.type !== "ExternalName") spec.internalTrafficPolicy ??= "Cluster";
  if (spec.type === "LoadBalancer") {
    spec.allocateLoadBalancerNodePorts ??= true;
    for (const ingress of status.loadBalancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= "VIP";
  }
}

/** Whether traffic may come from outside: by a load balancer, a node's port, or an external IP. */
export function isReachableFromOutside(spec: Pick<Service["spec"], "type" | "externalIPs">): boolean {
  if (spec.type === "LoadBalancer" || spec.type === "NodePort") return true;
  return spec.type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0;
}

function externalIp({ spec, status }: Service): string {
  const externalIps = spec.externalIPs ?? [];
  switch (spec.type) {
    case "ClusterIP":
    case "NodePort":
      return externalIps.join(",") || "<none>";
    case "LoadBalancer":
      return [...ingressPoints(status.loadBalancer), ...externalIps].join(",") || "<pending>";
    case "ExternalName":
      return spec.externalName ?? "";
    default:
      return "<unknown>";
  }
}

/** Where a load balancer can be reached: addresses or host names, each once, sorted. */
export function ingressPoints({ ingress = [] }: LoadBalancerStatus): readonly string[] {
  return [...new Set(ingress.map(({ ip, hostname }) => ip || hostname || "").filter((text) => text !== ""))].sort(
    byteOrder,
  );
}

function portList({ spec }: Service): string {
  const texts = (spec.ports ?? []).map(({ port, nodePort = 0, protocol }) =>
    nodePort > 0 ? `${port}:${nodePort}/${protocol}` : `${port}/${protocol}`,
  );
  return texts.join(",") || "<none>";
}
