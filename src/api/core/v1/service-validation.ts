import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../machinery/formats.ts";
import { duplicate, forbidden, invalid, type Issue, notSupported, required } from "../../../machinery/issue.ts";
import { parseIp } from "../../../base/ip.ts";
import { addressWarnings, checkAddress, checkEndpointAddress, checkNetwork, networkWarnings } from "../../addresses.ts";
import {
  checkFormat,
  checkOneOf,
  checkOptionalOneOf,
  checkPort,
  checkPortNumber,
  checkRequiredOneOf,
  type Issues,
} from "../../checks.ts";
import type { Service, ServicePort } from "../../generated/core-v1.ts";
import { checkLabels } from "./label-selector.ts";
import { checkClusterAddresses, isHeadless, isReachableFromOutside } from "./service-addresses.ts";

const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const TYPES = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
export const TRAFFIC_POLICIES = ["Cluster", "Local"];
const DISTRIBUTIONS = ["PreferClose", "PreferSameZone", "PreferSameNode"];
const MODE = "service.kubernetes.io/topology-mode";
const HINTS = "service.kubernetes.io/topology-aware-hints";
const SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges";

/** A day: the longest that clients may stick to one endpoint. */
const LONGEST_AFFINITY_SECONDS = 86_400;

/** Everything that is wrong with a service. @param old what it was: addresses that stood there may stay */
export function checkService(service: Service, old: Service | undefined, issues: Issues): void {
  const { metadata, spec } = service;
  const mode = metadata.annotations?.[MODE];
  const hints = metadata.annotations?.[HINTS];
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    const detail = `must match annotations[${HINTS}] when both are specified`;
    issues.push(invalid(`metadata.annotations[${MODE}]`, mode, detail));
  }
  const headless = isHeadless(service);
  if ((spec.ports ?? []).length === 0 && !headless && spec.type !== "ExternalName") {
    issues.push(required("spec.ports"));
  }
  checkType(service, headless, issues);
  checkPorts(spec.ports ?? [], issues);
  if (spec.selector !== undefined) checkLabels(spec.selector, "spec.selector", issues);
  checkAffinity(service, issues);
  checkClusterAddresses(service, old, issues);
  for (const [index, ip] of (spec.externalIPs ?? []).entries()) {
    const at = `spec.externalIPs[${index}]`;
    const before = issues.length;
    checkAddress(ip, at, issues, old?.spec.externalIPs);
    if (issues.length === before) checkEndpointAddress(ip, at, issues);
  }
  checkRequiredOneOf(spec.type, "spec.type", TYPES, issues);
  checkNodePorts(service, issues);
  checkSourceRanges(service, old, issues);
  checkBalancer(service, issues);
  checkLoadBalancerClass(service, issues);
  checkTraffic(service, issues);
}

export function checkServiceUpdate(service: Service, old: Service, issues: Issues): void {
  const bothBalance = service.spec.type === "LoadBalancer" && old.spec.type === "LoadBalancer";
  const next = service.spec.loadBalancerClass;
  if (bothBalance && next !== old.spec.loadBalancerClass) {
    issues.push(invalid("spec.loadBalancerClass", next ?? null, "may not change once set"));
  }
  checkLoadBalancerClass(service, issues);
  if (!needsHealthCheck(old) || !needsHealthCheck(service)) return;
  if (service.spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    issues.push(forbidden("spec.healthCheckNodePort", "field is immutable"));
  }
}

/** What is wrong with what a load balancer reports. */
export function serviceStatusIssues({ spec, status }: Service, old: Service): readonly Issue[] {
  const ingress = status.loadBalancer.ingress ?? [];
  const at = "status.loadBalancer.ingress";
  if (spec.type !== "LoadBalancer") {
    return ingress.length === 0 ? [] : [forbidden(at, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  const issues: Issues = [];
  const known = (old.status.loadBalancer.ingress ?? []).map(({ ip }) => ip ?? "").filter((ip) => ip !== "");
  for (const [index, { ip = "", ipMode, hostname = "" }] of ingress.entries()) {
    const here = `${at}[${index}]`;
    if (ip !== "") checkAddress(ip, `${here}.ip`, issues, known);
    if (ipMode === undefined) {
      if (ip !== "") issues.push(required(`${here}.ipMode`, "must be specified when `ip` is set"));
    } else if (ip === "") issues.push(forbidden(`${here}.ipMode`, "may not be specified when `ip` is not set"));
    else checkOneOf(ipMode, `${here}.ipMode`, ["Proxy", "VIP"], issues);
    if (hostname === "") continue;
    checkFormat(hostname, `${here}.hostname`, dnsSubdomain, issues);
    if (parseIp(hostname) !== undefined) {
      issues.push(invalid(`${here}.hostname`, hostname, "must be a DNS name, not an IP address"));
    }
  }
  return issues;
}

export function* serviceWarnings(service: Service): Iterable<string> {
  const { metadata, spec } = service;
  const headless = isHeadless(service);
  const isName = spec.type === "ExternalName";
  if (metadata.annotations?.[HINTS] !== undefined)
    yield `annotation ${HINTS} is deprecated, please use ${MODE} instead`;
  if (!headless) {
    for (const [index, ip] of (spec.clusterIPs ?? []).entries()) {
      yield* addressWarnings(ip, `spec.clusterIPs[${index}]`);
    }
  }
  const externalIps = spec.externalIPs ?? [];
  if (headless) {
    if (spec.loadBalancerIP) yield "spec.loadBalancerIP is ignored for headless services";
    if (externalIps.length > 0) yield "spec.externalIPs is ignored for headless services";
    if (spec.sessionAffinity !== "None") yield "spec.SessionAffinity is ignored for headless services";
  }
  for (const [index, ip] of externalIps.entries()) yield* addressWarnings(ip, `spec.externalIPs[${index}]`);
  if (externalIps.length > 0 && !headless && !isName) {
    yield "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
  }
  if (spec.loadBalancerIP) yield* addressWarnings(spec.loadBalancerIP, "spec.loadBalancerIP");
  for (const [index, range] of (spec.loadBalancerSourceRanges ?? []).entries()) {
    yield* networkWarnings(range, `spec.loadBalancerSourceRanges[${index}]`);
  }
  if (isName && externalIps.length > 0) yield `spec.externalIPs is ignored when spec.type is "ExternalName"`;
  if (!isName && spec.externalName) yield `spec.externalName is ignored when spec.type is not "ExternalName"`;
  if (spec.trafficDistribution === "PreferClose") {
    yield `spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"`;
  }
}

function checkType({ spec }: Service, headless: boolean, issues: Issues): void {
  if (headless && (spec.type === "LoadBalancer" || spec.type === "NodePort")) {
    const detail = `may not be set to 'None' for ${spec.type} services`;
    issues.push(invalid("spec.clusterIPs[0]", "None", detail));
  }
  if (spec.type !== "ExternalName") return;
  const never = "may not be set for ExternalName services";
  if ((spec.clusterIPs ?? []).length > 0) issues.push(forbidden("spec.clusterIPs", never));
  if ((spec.ipFamilies ?? []).length > 0) issues.push(forbidden("spec.ipFamilies", never));
  if (spec.ipFamilyPolicy !== undefined) issues.push(forbidden("spec.ipFamilyPolicy", never));
  const name = (spec.externalName ?? "").replace(/\.$/, "");
  if (name === "") issues.push(required("spec.externalName"));
  else checkFormat(name, "spec.externalName", dnsSubdomain, issues);
}

function checkPorts(ports: readonly ServicePort[], issues: Issues): void {
  const names = new Set<string>();
  for (const [index, { name = "", port, protocol, targetPort, appProtocol }] of ports.entries()) {
    const at = `spec.ports[${index}]`;
    if (name !== "") {
      checkFormat(name, `${at}.name`, dnsLabel, issues);
      if (names.has(name)) issues.push(duplicate(`${at}.name`, name));
      names.add(name);
    } else if (ports.length > 1) issues.push(required(`${at}.name`));
    checkPortNumber(port, `${at}.port`, issues);
    checkRequiredOneOf(protocol, `${at}.protocol`, PROTOCOLS, issues);
    checkPort(targetPort, `${at}.targetPort`, issues);
    if (appProtocol !== undefined) checkFormat(appProtocol, `${at}.appProtocol`, qualifiedName, issues);
  }
}

function checkAffinity({ spec }: Service, issues: Issues): void {
  checkRequiredOneOf(spec.sessionAffinity, "spec.sessionAffinity", ["ClientIP", "None"], issues);
  const at = "spec.sessionAffinityConfig";
  const config = spec.sessionAffinityConfig;
  if (spec.sessionAffinity === "ClientIP") {
    const seconds = config?.clientIP?.timeoutSeconds ?? 0;
    if (seconds <= 0 || seconds > LONGEST_AFFINITY_SECONDS) {
      const detail = `must be greater than 0 and less than ${LONGEST_AFFINITY_SECONDS}`;
      issues.push(invalid(`${at}.clientIP.timeoutSeconds`, seconds, detail));
    }
  } else if (spec.sessionAffinity === "None" && config !== undefined) {
    issues.push(forbidden(at, "must not be set when session affinity is None"));
  }
}

/** No port of the service and no port of the nodes may stand twice. */
function checkNodePorts({ spec }: Service, issues: Issues): void {
  const ports = spec.ports ?? [];
  if (spec.type === "ClusterIP") {
    for (const [index, { nodePort }] of ports.entries()) {
      if (nodePort)
        issues.push(forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
    }
  }
  const nodePorts = new Set<string>();
  for (const [index, { protocol, nodePort }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) issues.push(duplicate(`spec.ports[${index}].nodePort`, nodePort));
    nodePorts.add(key);
  }
  const own = new Set<string>();
  for (const [index, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (own.has(key)) {
      const shown = { Name: "", Protocol: protocol, AppProtocol: null, Port: port, TargetPort: 0, NodePort: 0 };
      issues.push(duplicate(`spec.ports[${index}]`, shown));
    }
    own.add(key);
  }
}

function checkSourceRanges({ metadata, spec }: Service, old: Service | undefined, issues: Issues): void {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const annotation = metadata.annotations?.[SOURCE_RANGES];
  const onlyBalancers = "may only be used when `type` is 'LoadBalancer'";
  if (ranges.length > 0) {
    const at = "spec.LoadBalancerSourceRanges";
    if (spec.type !== "LoadBalancer") issues.push(forbidden(at, onlyBalancers));
    const known = (old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    for (const [index, range] of ranges.entries()) checkNetwork(range.trim(), `${at}[${index}]`, issues, known);
  } else if (annotation !== undefined) {
    const at = `metadata.annotations[${SOURCE_RANGES}]`;
    if (spec.type !== "LoadBalancer") issues.push(forbidden(at, onlyBalancers));
    if (old?.metadata.annotations?.[SOURCE_RANGES] === annotation || annotation.trim() === "") return;
    for (const range of annotation.trim().split(",")) checkNetwork(range.trim(), at, issues);
  }
}

function checkBalancer({ spec }: Service, issues: Issues): void {
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== "LoadBalancer") {
    const detail = "may only be used when `type` is 'LoadBalancer'";
    issues.push(forbidden("spec.allocateLoadBalancerNodePorts", detail));
  }
}

function checkLoadBalancerClass({ spec }: Service, issues: Issues): void {
  const { loadBalancerClass } = spec;
  if (loadBalancerClass === undefined) return;
  if (spec.type === "LoadBalancer") checkFormat(loadBalancerClass, "spec.loadBalancerClass", qualifiedName, issues);
  else issues.push(forbidden("spec.loadBalancerClass", "may only be used when `type` is 'LoadBalancer'"));
}

function needsHealthCheck({ spec }: Service): boolean {
  return spec.type === "LoadBalancer" && spec.externalTrafficPolicy === "Local";
}

function checkTraffic(service: Service, issues: Issues): void {
  const { spec } = service;
  const { externalTrafficPolicy, healthCheckNodePort = 0, internalTrafficPolicy, trafficDistribution } = spec;
  const externalAt = "spec.externalTrafficPolicy";
  if (isReachableFromOutside(spec)) checkRequiredOneOf(externalTrafficPolicy, externalAt, TRAFFIC_POLICIES, issues);
  else if (externalTrafficPolicy) {
    const detail = "may only be set for externally-accessible services";
    issues.push(invalid(externalAt, externalTrafficPolicy, detail));
  }
  const healthAt = "spec.healthCheckNodePort";
  if (needsHealthCheck(service)) {
    if (healthCheckNodePort === 0) issues.push(required(healthAt));
    else checkPortNumber(healthCheckNodePort, healthAt, issues);
  } else if (healthCheckNodePort !== 0) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    issues.push(invalid(healthAt, healthCheckNodePort, detail));
  }
  checkOptionalOneOf(internalTrafficPolicy, "spec.internalTrafficPolicy", TRAFFIC_POLICIES, issues);
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    issues.push(notSupported("spec.trafficDistribution", trafficDistribution, DISTRIBUTIONS));
  }
}
