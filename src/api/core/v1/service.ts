import { byteOrder } from "../../../machinery/byte-order.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { loadBalancerWarnings } from "../../addresses.ts";
import type { Issues } from "../../checks.ts";
import { age, formatLabels } from "../../columns.ts";
import type { LoadBalancerStatus, Service as StoredService } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import {
  checkAddressesUpdate,
  checkClusterAddresses,
  followFirstAddress,
  isReachableFromOutside,
} from "./service-addresses.ts";
import {
  checkService,
  checkServiceUpdate,
  serviceStatusIssues,
  serviceWarnings,
  TRAFFIC_POLICIES,
} from "./service-validation.ts";

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
  prepareForCreate(object) {
    const { spec } = object as unknown as Mutable<Service>;
    // Older clients know one address.
    if (spec.clusterIP && spec.clusterIPs === undefined) spec.clusterIPs = [spec.clusterIP];
    hideInnerTraffic(spec);
  },
  prepareForUpdate(object, old, { subresource }) {
    if (subresource !== "") return;
    dropWhatTheTypeHasNot(object as unknown as Mutable<Service>, old);
    hideInnerTraffic((object as unknown as Mutable<Service>).spec);
    followFirstAddress((object as unknown as Mutable<Service>).spec, old.spec);
  },
  validate(service) {
    const issues: Issues = [];
    if (service.metadata.resourceVersion === undefined) checkService(service, undefined, issues);
    return issues;
  },
  validateUpdate(service, old) {
    const issues: Issues = [];
    checkClusterAddresses(service, old, issues);
    // Kubernetes looks at the addresses before it gives any, and at the rest only then.
    if (issues.length > 0) return issues;
    checkAddressesUpdate(service, old, issues);
    checkServiceUpdate(service, old, issues);
    checkService(service, old, issues);
    return issues;
  },
  validateStatusUpdate: serviceStatusIssues,
  warnings: serviceWarnings,
  statusWarnings: ({ status }) => loadBalancerWarnings(status.loadBalancer.ingress),
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

/** Names of elsewhere show no policy for traffic within the cluster; what is none is left to be refused. */
function hideInnerTraffic(spec: Mutable<Service>["spec"]): void {
  const { type, internalTrafficPolicy = "" } = spec;
  if (type === "ExternalName" && TRAFFIC_POLICIES.includes(internalTrafficPolicy)) delete spec.internalTrafficPolicy;
}

/** A change of type takes along what the new type has not, as long as nobody asked for it by hand. */
function dropWhatTheTypeHasNot({ spec, status }: Mutable<Service>, old: Service): void {
  const balanced = old.spec.type === "LoadBalancer" && spec.type !== "LoadBalancer";
  if (balanced && spec.allocateLoadBalancerNodePorts === old.spec.allocateLoadBalancerNodePorts) {
    delete spec.allocateLoadBalancerNodePorts;
  }
  if (balanced && spec.loadBalancerClass === old.spec.loadBalancerClass) delete spec.loadBalancerClass;
  const wasReachable = isReachableFromOutside(old.spec) && !isReachableFromOutside(spec);
  if (wasReachable && spec.externalTrafficPolicy === old.spec.externalTrafficPolicy) delete spec.externalTrafficPolicy;
  if (spec.type !== "LoadBalancer") status.loadBalancer = {};
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
function ingressPoints({ ingress = [] }: LoadBalancerStatus): readonly string[] {
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
