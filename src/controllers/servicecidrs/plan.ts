import type { IPAddress } from "../../api/networking/v1/ip-address.ts";
import type { ServiceCIDR } from "../../api/networking/v1/service-cidr.ts";
import { type IpNetwork, networkContains, parseIp, parseNetwork } from "../../base/ip.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { formatTime, parseTime } from "../../machinery/time.ts";

export const FINALIZER = "networking.k8s.io/service-cidr-finalizer";
export const MANAGED_BY = "ipaddress.kubernetes.io/managed-by";
export const ALLOCATOR = "ipallocator.k8s.io";
/** Until then an address may still come out of a network that is being deleted. */
const GRACE_MS = 10_000;

type Condition = NonNullable<ServiceCIDR["status"]["conditions"]>[number];

export type CidrPlan =
  | { readonly type: "protect" }
  | { readonly type: "condition"; readonly condition: Condition }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "release" }
  | { readonly type: "settled" };

/** What is to happen to a network of services: one step at a time. */
export function planCidr(
  cidr: ServiceCIDR,
  all: readonly ServiceCIDR[],
  addresses: readonly IPAddress[],
  nowMs: number,
): CidrPlan {
  const isProtected = cidr.metadata.finalizers?.includes(FINALIZER) === true;
  const { deletionTimestamp } = cidr.metadata;
  if (deletionTimestamp === undefined) {
    if (!isProtected) return { type: "protect" };
    return conditionPlan(cidr, { status: "True", reason: "", message: "Kubernetes Service CIDR is ready" }, nowMs);
  }
  if (!isProtected) return { type: "settled" };
  if (!mayGo(cidr, all, addresses)) {
    const message =
      "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR";
    return conditionPlan(cidr, { status: "False", reason: "Terminating", message }, nowMs);
  }
  const leftMs = GRACE_MS - (nowMs - parseTime(deletionTimestamp));
  return leftMs > 0 ? { type: "wait", ms: leftMs } : { type: "release" };
}

function conditionPlan(
  cidr: ServiceCIDR,
  wanted: Pick<Condition, "status" | "reason" | "message">,
  nowMs: number,
): CidrPlan {
  const { status, reason, message } = cidr.status.conditions?.find(({ type }) => type === "Ready") ?? {};
  if (sameJson({ status, reason, message }, wanted)) return { type: "settled" };
  return { type: "condition", condition: { type: "Ready", ...wanted, lastTransitionTime: formatTime(nowMs) } };
}

/** A network goes when another one holds it, or none of its addresses would be left in no network at all. */
function mayGo(cidr: ServiceCIDR, all: readonly ServiceCIDR[], addresses: readonly IPAddress[]): boolean {
  const others = all.filter(({ metadata }) => metadata.uid !== cidr.metadata.uid).flatMap(networksOf);
  const own = networksOf(cidr);
  const isWithin = (network: IpNetwork) =>
    others.some((other) => other.prefixLength <= network.prefixLength && networkContains(other, network));
  if (own.every(isWithin)) return true;
  return !addresses.some(({ metadata }) => {
    const address = metadata.labels?.[MANAGED_BY] === ALLOCATOR ? parseIp(metadata.name) : undefined;
    const holds = (network: IpNetwork) => address !== undefined && networkContains(network, address);
    return own.some(holds) && !others.some(holds);
  });
}

function networksOf({ spec }: ServiceCIDR): readonly IpNetwork[] {
  return (spec.cidrs ?? []).map(parseNetwork).filter((network) => network !== undefined);
}
