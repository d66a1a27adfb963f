import type { Container, Pod, ResourceQuota } from "../../api/generated/core-v1.ts";
import { isUsedBy, quotaCounts, type Usage, usageOf } from "../../api/core/v1/quota-usage.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import type { KubeObject } from "../../machinery/object.ts";
import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  isZeroQuantity,
  parseQuantity,
  type Quantity,
  signOf,
  subtractQuantities,
} from "../../machinery/quantity.ts";
import type { AdmissionRequest } from "./admission.ts";
import { refusal } from "./refusal.ts";

/** Whether a write uses any quota: new objects, and the changes that may use more. */
export function isCharged({ kind, operation, subresource, object, old }: AdmissionRequest): boolean {
  if (object === undefined || kind.plural === "events") return false;
  if (kind.group !== "") return operation === "CREATE" && subresource === "";
  switch (kind.plural) {
    case "pods":
      if (subresource === "resize") return operation === "UPDATE";
      if (operation === "UPDATE" && subresource === "") return isLimitedInTime(object) !== isLimitedInTime(old);
      return operation === "CREATE" && subresource === "";
    case "services":
    case "persistentvolumeclaims":
      return (operation === "CREATE" || operation === "UPDATE") && subresource === "";
    default:
      return operation === "CREATE" && subresource === "";
  }
}

function isLimitedInTime(pod: unknown): boolean {
  return (pod as Pod).spec.activeDeadlineSeconds !== undefined;
}

/**
 * The quotas as they are once the write is charged to all that count it; the very same ones where it uses nothing more.
 * @throws StatusError 403 where one does not allow it.
 */
export function charged(
  quotas: readonly ResourceQuota[],
  request: AdmissionRequest,
  nowMs: number,
): readonly ResourceQuota[] {
  const object = request.object as unknown as KubeObject;
  const usage = usageOf(request.kind, object, nowMs);
  const concerned = quotas.filter((quota) => isConcerned(quota, request, object));
  const charges = concerned.map((quota) => [quota, moreUsed(quota, request, usage, nowMs)] as const);
  const charge = new Map(charges);
  return quotas.map((quota) => {
    const more = charge.get(quota);
    return more === undefined || more.size === 0 ? quota : withMore(quota, more, request);
  });
}

/** Whether a quota limits something that the object uses. @throws StatusError 403 where it cannot be told how much. */
function isConcerned(quota: ResourceQuota, request: AdmissionRequest, object: KubeObject): boolean {
  const { kind } = request;
  const names = namesOf(quota, request);
  if (names.length === 0 || !quotaCounts(quota, kind, object)) return false;
  if (kind.group === "" && kind.plural === "pods") requireAmounts(quota, names, request, object as Pod);
  if (names.some((name) => quota.status.used?.[name] === undefined)) {
    const told = names.toSorted(byteOrder).join(",");
    throw refusal(request, `status unknown for quota: ${quota.metadata.name}, resources: ${told}`);
  }
  return true;
}

function namesOf({ status }: ResourceQuota, { kind }: AdmissionRequest): readonly string[] {
  return Object.keys(status.hard ?? {}).filter((name) => isUsedBy(name, kind));
}

const COMPUTE = new Set(["cpu", "memory"].flatMap((name) => [name, `requests.${name}`, `limits.${name}`]));

/** Under a quota of CPU or memory, every container has to say how much it needs. */
function requireAmounts(
  quota: ResourceQuota,
  names: readonly string[],
  request: AdmissionRequest,
  { spec }: Pod,
): void {
  if (spec.resources !== undefined && Object.keys({ ...spec.resources.requests, ...spec.resources.limits }).length > 0)
    return;
  const containers = [...(spec.containers ?? []), ...(spec.initContainers ?? [])];
  const complaints = names
    .filter((name) => COMPUTE.has(name))
    .toSorted(byteOrder)
    .flatMap((name) => {
      const silent = new Set(containers.filter((each) => !says(each, name)).map((each) => each.name));
      return silent.size === 0 ? [] : [`${name} for: ${[...silent].toSorted(byteOrder).join(",")}`];
    });
  if (complaints.length === 0) return;
  throw refusal(request, `failed quota: ${quota.metadata.name}: must specify ${complaints.join("; ")}`);
}

function says({ resources }: Container, name: string): boolean {
  const [part, resource = part!] = name.split(".");
  return resources[part === "limits" ? "limits" : "requests"]?.[resource] !== undefined;
}

/** What the write uses beyond what the object used before. */
function moreUsed(quota: ResourceQuota, request: AdmissionRequest, usage: Usage, nowMs: number): Usage {
  const { kind, operation, old } = request;
  const counted = operation === "UPDATE" && old !== undefined && quotaCounts(quota, kind, old);
  const before = counted ? usageOf(kind, old, nowMs) : undefined;
  const more = new Map<string, Quantity>();
  for (const name of namesOf(quota, request)) {
    const amount = usage.get(name);
    if (amount === undefined) continue;
    const past = before?.get(name);
    const difference = past === undefined ? amount : subtractQuantities(amount, past);
    if (!isZeroQuantity(difference) && (before === undefined || signOf(difference) > 0)) more.set(name, difference);
  }
  return more;
}

/** @throws StatusError 403 where that is more than the quota allows. */
function withMore(quota: ResourceQuota, more: Usage, request: AdmissionRequest): ResourceQuota {
  const { hard = {}, used = {} } = quota.status;
  const next: Record<string, string> = { ...used };
  const exceeded: string[] = [];
  for (const [name, amount] of more) {
    const sum = addQuantities(parseQuantity(used[name]!), amount);
    next[name] = formatQuantity(sum);
    if (compareQuantities(sum, parseQuantity(hard[name]!)) > 0) exceeded.push(name);
  }
  if (exceeded.length > 0) {
    exceeded.sort(byteOrder);
    const told = (amountOf: (name: string) => string) => exceeded.map((name) => `${name}=${amountOf(name)}`).join(",");
    const requested = told((name) => formatQuantity(more.get(name)!));
    const amounts = `requested: ${requested}, used: ${told((name) => used[name]!)}, limited: ${told((name) => hard[name]!)}`;
    throw refusal(request, `exceeded quota: ${quota.metadata.name}, ${amounts}`);
  }
  return { ...quota, status: { ...quota.status, used: next } };
}
