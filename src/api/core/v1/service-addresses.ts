import { parseIp } from "../../../base/ip.ts";
import { duplicate, invalid, required } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { checkAddress } from "../../addresses.ts";
import { checkOneOf, checkOptionalOneOf, type Issues } from "../../checks.ts";
import type { Service } from "../../generated/core-v1.ts";

const FAMILIES = ["IPv4", "IPv6"];
const FAMILY_POLICIES = ["PreferDualStack", "RequireDualStack", "SingleStack"];

/** A service without an address of its own: its name leads to the pods themselves. */
export function isHeadless({ spec }: Pick<Service, "spec">): boolean {
  return spec.clusterIPs?.length === 1 && spec.clusterIPs[0] === "None";
}

/** Whether traffic may come from outside: by a load balancer, a node's port, or an external IP. */
export function isReachableFromOutside(spec: Pick<Service["spec"], "type" | "externalIPs">): boolean {
  if (spec.type === "LoadBalancer" || spec.type === "NodePort") return true;
  return spec.type === "ClusterIP" && (spec.externalIPs?.length ?? 0) > 0;
}

/** The addresses of a service and their families must fit each other. */
export function checkClusterAddresses(
  service: Pick<Service, "spec">,
  old: Pick<Service, "spec"> | undefined,
  issues: Issues,
): void {
  const { spec } = service;
  if (spec.type === "ExternalName") return;
  const { clusterIP = "", clusterIPs = [], ipFamilies = [] } = spec;
  const at = "spec.clusterIPs";
  if (clusterIP === "") {
    if (clusterIPs.length > 0) issues.push(invalid(at, clusterIPs, "must be empty when `clusterIP` is not specified"));
  } else if (clusterIPs.length === 0) issues.push(required(at));
  else if (clusterIPs[0] !== clusterIP) issues.push(invalid(at, clusterIPs, "first value must match `clusterIP`"));
  for (const [index, family] of ipFamilies.entries()) {
    checkOneOf(family, `spec.ipFamilies[${index}]`, FAMILIES, issues);
    if (ipFamilies.indexOf(family) < index) issues.push(duplicate(`spec.ipFamilies[${index}]`, family));
  }
  checkOptionalOneOf(spec.ipFamilyPolicy, "spec.ipFamilyPolicy", FAMILY_POLICIES, issues);
  const sound = checkEach(clusterIPs, old?.spec.clusterIPs ?? [], at, issues);
  if (clusterIPs.length > 2) issues.push(invalid(at, clusterIPs, "may only hold up to 2 values"));
  if (!sound) return;
  const families = clusterIPs.map((ip) => parseIp(ip)?.family);
  if (clusterIPs.length > 1 && new Set(families).size < 2) {
    issues.push(invalid(at, clusterIPs, "may specify no more than one IP for each IP family"));
  }
  if (isHeadless(service)) return;
  for (const [index, family] of families.entries()) {
    const wanted = ipFamilies[index];
    if (wanted === undefined || family === wanted || !FAMILIES.includes(wanted)) continue;
    const detail = `expected an ${wanted} value as indicated by \`ipFamilies[${index}]\``;
    issues.push(invalid(`${at}[${index}]`, clusterIPs[index], detail));
  }
}

function checkEach(ips: readonly string[], known: readonly string[], at: string, issues: Issues): boolean {
  const before = issues.length;
  for (const [index, ip] of ips.entries()) {
    if (index > 0 || ip !== "None") checkAddress(ip, `${at}[${index}]`, issues, known);
    else if (ips.length > 1) issues.push(invalid(at, ips, "'None' must be the first and only value"));
  }
  return issues.length === before;
}

/** Addresses and families may be added and taken away; what stays may not change. */
export function checkAddressesUpdate(service: Service, old: Service, issues: Issues): void {
  if (service.spec.type === "ExternalName" || old.spec.type === "ExternalName") return;
  const headless = isHeadless(service);
  const wasHeadless = isHeadless(old);
  if (!headless || !wasHeadless) checkClusterIpsUpdate(service.spec, old.spec, issues);
  if (!headless && !wasHeadless) checkFamiliesUpdate(service.spec, old.spec, issues);
}

type Spec = Service["spec"];

const FIXED = "may not change once set";

function checkClusterIpsUpdate({ clusterIPs = [], ipFamilyPolicy }: Spec, old: Spec, issues: Issues): void {
  const before = old.clusterIPs ?? [];
  const at = (index: number) => `spec.clusterIPs[${index}]`;
  if (before.length === clusterIPs.length) {
    for (const [index, ip] of before.entries()) {
      if (ip !== clusterIPs[index]) issues.push(invalid(at(index), clusterIPs, FIXED));
    }
    return;
  }
  const shrinks = before.length > clusterIPs.length;
  if (shrinks && clusterIPs.length === 0) issues.push(invalid(at(0), clusterIPs, "primary clusterIP can not be unset"));
  if (before.length > 0 && clusterIPs.length > 0 && clusterIPs[0] !== before[0]) {
    issues.push(invalid(at(0), clusterIPs, FIXED));
  }
  if (shrinks && clusterIPs.length === 1 && ipFamilyPolicy !== "SingleStack") {
    const detail = "must be set to 'SingleStack' when releasing the secondary clusterIP";
    issues.push(invalid("spec.ipFamilyPolicy", ipFamilyPolicy ?? null, detail));
  }
}

function checkFamiliesUpdate(spec: Spec, old: Spec, issues: Issues): void {
  const { ipFamilies = [], clusterIPs = [], ipFamilyPolicy } = spec;
  const before = old.ipFamilies ?? [];
  const at = "spec.ipFamilies[0]";
  if (before.length === ipFamilies.length) {
    for (const [index, family] of before.entries()) {
      if (family !== ipFamilies[index]) issues.push(invalid(at, ipFamilies, FIXED));
    }
    return;
  }
  const shrinks = before.length > ipFamilies.length;
  if (shrinks && clusterIPs.length === 0) issues.push(invalid(at, ipFamilies, "primary ipFamily can not be unset"));
  if (before.length > 0 && ipFamilies.length > 0 && ipFamilies[0] !== before[0]) {
    issues.push(invalid(at, clusterIPs, FIXED));
  }
  if (shrinks && ipFamilies.length === 1 && ipFamilyPolicy !== "SingleStack") {
    const detail = "must be set to 'SingleStack' when releasing the secondary ipFamily";
    issues.push(invalid("spec.ipFamilyPolicy", ipFamilyPolicy ?? null, detail));
  }
}

/** Older clients know one address: where they change it alone, the list goes along. */
export function followFirstAddress(spec: Mutable<Service>["spec"], old: Service["spec"]): void {
  if (spec.clusterIP === old.clusterIP || !sameJson(spec.clusterIPs, old.clusterIPs)) return;
  if (spec.clusterIP) spec.clusterIPs = [spec.clusterIP];
  else delete spec.clusterIPs;
}
