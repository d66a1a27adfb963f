import type { Container, Pod } from "../../api/generated/core-v1.ts";
import { qosClassOf } from "../../api/core/v1/pod-qos.ts";
import { parseQuantity, quantityMilliValue, quantityValue } from "../../machinery/quantity.ts";
import type { LinuxResources } from "../ports/runtime.ts";
import { isSidecar } from "./names.ts";

const SHARES_PER_CPU = 1024;
const FEWEST_SHARES = 2;
const MOST_SHARES = 262_144;
const PERIOD_MICROSECONDS = 100_000;
const SHORTEST_QUOTA_MICROSECONDS = 1000;

type Amounts = Readonly<Record<string, string>>;

/** A container's cgroup numbers. @param memoryCapacity the node's, in bytes */
export function linuxResources(pod: Pod, container: Container, memoryCapacity: number): LinuxResources {
  const { requests = {}, limits = {} } = container.resources ?? {};
  const podLimits = pod.spec.resources?.limits ?? {};
  const cpuLimit = milli(limits, "cpu") || milli(podLimits, "cpu");
  const memoryLimit = value(limits, "memory") || value(podLimits, "memory");
  const cpuRequest = requests.cpu === undefined ? cpuLimit : milli(requests, "cpu");
  return {
    cpuShares: cpuShares(cpuRequest),
    cpuQuota: cpuQuota(cpuLimit),
    cpuPeriod: PERIOD_MICROSECONDS,
    memoryLimit,
    oomScoreAdjust: oomScoreAdjust(pod, container, memoryCapacity),
    unified: {},
  };
}

/** What the pod's own cgroup is limited to; a limit that some container does not have is none for the pod. */
export function podCgroupLimits(pod: Pod): {
  cpuShares: number;
  cpuQuota: number;
  cpuPeriod: number;
  memoryLimit: number;
} {
  if (qosClassOf(pod.spec) === "BestEffort") {
    return { cpuShares: FEWEST_SHARES, cpuQuota: 0, cpuPeriod: PERIOD_MICROSECONDS, memoryLimit: 0 };
  }
  return {
    cpuShares: cpuShares(podTotal(pod, "requests", "cpu", milli) ?? 0),
    cpuQuota: cpuQuota(podTotal(pod, "limits", "cpu", milli) ?? 0),
    cpuPeriod: PERIOD_MICROSECONDS,
    memoryLimit: podTotal(pod, "limits", "memory", value) ?? 0,
  };
}

export function cpuShares(milliCpu: number): number {
  if (milliCpu === 0) return FEWEST_SHARES;
  return Math.min(MOST_SHARES, Math.max(FEWEST_SHARES, Math.floor((milliCpu * SHARES_PER_CPU) / 1000)));
}

export function cpuQuota(milliCpu: number): number {
  if (milliCpu === 0) return 0;
  return Math.max(SHORTEST_QUOTA_MICROSECONDS, Math.floor((milliCpu * PERIOD_MICROSECONDS) / 1000));
}

/**
 * What the scheduler counts as the pod's own: the sum of its containers and sidecars, or what its initialisation needs if
 * that is more; and the overhead. For limits undefined where a container has none.
 */
export function podTotal(
  pod: Pod,
  list: "requests" | "limits",
  resource: string,
  read: (amounts: Amounts, name: string) => number,
): number | undefined {
  const own = pod.spec.resources?.[list];
  if (own?.[resource] !== undefined) return read(own, resource) + read(pod.spec.overhead ?? {}, resource);
  const of = (container: Container) => read(container.resources?.[list] ?? {}, resource);
  const unlimited = (container: Container) => list === "limits" && of(container) === 0;
  let total = 0;
  for (const container of pod.spec.containers) {
    if (unlimited(container)) return undefined;
    total += of(container);
  }
  let sidecars = 0;
  let highest = 0;
  for (const container of pod.spec.initContainers ?? []) {
    if (unlimited(container)) return undefined;
    if (isSidecar(container)) sidecars += of(container);
    highest = Math.max(highest, isSidecar(container) ? sidecars : sidecars + of(container));
  }
  return Math.max(total + sidecars, highest) + read(pod.spec.overhead ?? {}, resource);
}

export function milli(amounts: Amounts, name: string): number {
  const text = amounts[name];
  return text === undefined ? 0 : quantityMilliValue(parseQuantity(text));
}

export function value(amounts: Amounts, name: string): number {
  const text = amounts[name];
  return text === undefined ? 0 : quantityValue(parseQuantity(text));
}

/** Who dies first when memory runs out: the less of it a container asked for, the sooner. */
function oomScoreAdjust(pod: Pod, container: Container, memoryCapacity: number): number {
  const priority = pod.spec.priority ?? 0;
  const qos = qosClassOf(pod.spec);
  if (priority >= SYSTEM_CRITICAL_PRIORITY || qos === "Guaranteed") return -997;
  if (qos === "BestEffort") return 1000;
  const request = (one: Container) => value(one.resources?.requests ?? {}, "memory");
  const scoreFor = (bytes: number) => 1000 - Math.floor((1000 * bytes) / memoryCapacity);
  let score = scoreFor(request(container));
  if (pod.spec.initContainers?.some((one) => one.name === container.name && isSidecar(one)) === true) {
    score = Math.min(score, scoreFor(Math.min(...pod.spec.containers.map(request))));
  }
  if (score < 3) return 3;
  return score === 1000 ? 999 : score;
}

/** The priority of `system-node-critical`, above which a pod is the last to be killed. */
const SYSTEM_CRITICAL_PRIORITY = 2_000_001_000;

/** The pod's place below the node's cgroup, as Kubernetes' cgroupfs driver names it. */
export function cgroupParent(root: string, pod: Pod): string {
  const qos = qosClassOf(pod.spec);
  const tier = qos === "Guaranteed" ? "" : `/${qos.toLowerCase()}`;
  return `${root}/kubepods${tier}/pod${pod.metadata.uid}`;
}

/** Where the cgroup of a pod of which only the uid is known may lie. */
export function cgroupsOf(root: string, uid: string): readonly string[] {
  return ["", "/burstable", "/besteffort"].map((tier) => `${root}/kubepods${tier}/pod${uid}`);
}
