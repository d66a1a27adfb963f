import type { Service } from "../../api/generated/core-v1.ts";
import { checkClusterAddresses } from "../../api/core/v1/service-addresses.ts";
import type { IpFamily } from "../../base/ip.ts";
import { ipFamily, parseIp } from "../../base/ip.ts";
import { invalid, type Issue } from "../../machinery/issue.ts";
import type { Mutable } from "../../machinery/object.ts";

type DraftSpec = Mutable<Service>["spec"];

const POLICY = "spec.ipFamilyPolicy";

/**
 * Fills in of which families a service is, and how strictly, from what is said of it, what it was, and what the cluster has.
 * What is wrong by itself is told first, and alone.
 * @param configured the families of the cluster's networks for services, the usual one first
 * @returns why it cannot be so
 * @see https://kubernetes.io/docs/concepts/services-networking/dual-stack/
 */
export function settleFamilies(
  spec: DraftSpec,
  old: Service["spec"] | undefined,
  configured: readonly IpFamily[],
): readonly Issue[] {
  if (spec.clusterIPs === undefined && (spec.clusterIP ?? "") !== "") spec.clusterIPs = [spec.clusterIP!];
  // A service that takes what it gets keeps it when the cluster gets another family, or loses one.
  if (old !== undefined && staysPreferred(spec, old)) return [];
  const byHand = spec.clusterIP === "None" && Object.keys(spec.selector ?? {}).length === 0;
  // Two families never come unasked: but an endpoint that people write may have any address.
  spec.ipFamilyPolicy ??= byHand ? "RequireDualStack" : "SingleStack";
  const unsound: Issue[] = [];
  checkClusterAddresses({ spec }, old === undefined ? undefined : { spec: old }, unsound);
  if (unsound.length > 0) return unsound;
  const issues = [...(old === undefined ? [] : shrink(spec, old)), ...crowded(spec)];
  issues.push(...takeFromAddresses(spec, configured));
  if (issues.length > 0) return issues;
  if (byHand) {
    spec.ipFamilies ??= [configured[0]!];
    if (spec.ipFamilyPolicy !== "SingleStack") addOther(spec);
    return [];
  }
  if (spec.ipFamilyPolicy === "RequireDualStack" && configured.length < 2)
    issues.push(invalid(POLICY, spec.ipFamilyPolicy, "this cluster is not configured for dual-stack services"));
  for (const [index, family] of (spec.ipFamilies ?? []).entries()) {
    if (!(configured as readonly string[]).includes(family))
      issues.push(invalid(`spec.ipFamilies[${index}]`, family, "not configured on this cluster"));
  }
  if (issues.length > 0) return issues;
  if ((spec.ipFamilies ?? []).length === 0) spec.ipFamilies = [configured[0]!];
  if (spec.ipFamilyPolicy !== "SingleStack" && configured.length === 2) addOther(spec);
  return [];
}

function staysPreferred(spec: DraftSpec, old: Service["spec"]): boolean {
  return (
    spec.ipFamilyPolicy === "PreferDualStack" &&
    old.ipFamilyPolicy === "PreferDualStack" &&
    (old.clusterIPs ?? []).length > 0 &&
    same(spec.clusterIPs, old.clusterIPs) &&
    same(spec.ipFamilies, old.ipFamilies)
  );
}

/** Whether the addresses are addresses, and of the families that are named: what does not fit is validation's to refuse. */
export function familiesFit({ clusterIP = "", clusterIPs = [], ipFamilies = [] }: DraftSpec): boolean {
  if (clusterIPs.length > 2 || ipFamilies.length > 2 || new Set(ipFamilies).size < ipFamilies.length) return false;
  if (clusterIP === "" ? clusterIPs.length > 0 : clusterIPs[0] !== clusterIP) return false;
  if (ipFamilies.some((family) => family !== "IPv4" && family !== "IPv6")) return false;
  if (clusterIPs[0] === "None") return clusterIPs.length === 1;
  const families = clusterIPs.map((ip) => parseIp(ip)?.family);
  if (new Set(families).size < families.length) return false;
  return families.every((family, index) => family !== undefined && family === (ipFamilies[index] ?? family));
}

/** Who asks for one family alone lets go of the other; nobody else does so by leaving something out. */
function shrink(spec: DraftSpec, old: Service["spec"]): readonly Issue[] {
  const { clusterIPs = [], ipFamilies = [], ipFamilyPolicy } = spec;
  if (ipFamilyPolicy === "SingleStack") {
    if (clusterIPs.length > 1 && same(clusterIPs, old.clusterIPs)) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (same(ipFamilies, old.ipFamilies)) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const reduced = (before: readonly string[] = [], now: readonly string[]) =>
    now.length > 0 && now.length < before.length;
  const refuse = (what: string) =>
    invalid(POLICY, ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(reduced(old.clusterIPs, clusterIPs) ? [refuse("cluster IP")] : []),
    ...(reduced(old.ipFamilies, ipFamilies) ? [refuse("IP family")] : []),
  ];
}

function crowded({ clusterIPs = [], ipFamilies = [], ipFamilyPolicy }: DraftSpec): readonly Issue[] {
  if (ipFamilyPolicy !== "SingleStack") return [];
  const refuse = (what: string) =>
    invalid(
      POLICY,
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...(clusterIPs.length === 2 ? [refuse("cluster IPs")] : []),
    ...(ipFamilies.length === 2 ? [refuse("IP families")] : []),
  ];
}

/** Addresses say of which families they are. */
function takeFromAddresses(spec: DraftSpec, configured: readonly IpFamily[]): readonly Issue[] {
  const { clusterIPs = [] } = spec;
  if (clusterIPs[0] === "None") return [];
  const issues: Issue[] = [];
  const families = [...(spec.ipFamilies ?? [])];
  for (const [index, ip] of clusterIPs.entries()) {
    if (index < families.length) continue;
    const family = ipFamily(ip);
    if (configured.includes(family)) families.push(family);
    else issues.push(invalid(`spec.clusterIPs[${index}]`, clusterIPs, `${family} is not configured on this cluster`));
  }
  if (families.length > 0) spec.ipFamilies = families;
  return issues;
}

function addOther(spec: DraftSpec): void {
  const { ipFamilies = [] } = spec;
  if (ipFamilies.length === 1) spec.ipFamilies = [ipFamilies[0]!, ipFamilies[0] === "IPv4" ? "IPv6" : "IPv4"];
}

function same(some: readonly string[] = [], others: readonly string[] = []): boolean {
  return some.length === others.length && some.every((one, index) => one === others[index]);
}
