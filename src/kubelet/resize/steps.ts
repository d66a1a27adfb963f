import type { Pod, ResourceRequirements } from "../../api/generated/core-v1.ts";
import { findContainer } from "../containers/names.ts";
import { podCgroupLimits } from "../containers/resources.ts";
import type { CgroupLimits } from "../ports/machine.ts";
import type { ResizableResource } from "./pod-resources.ts";
import { differ, effectiveRequirements, figuresOf } from "./pod-resources.ts";

/** What still has what it was given before a resize. */
export interface Outdated {
  readonly containers: Readonly<Record<string, ResourceRequirements>>;
  /** What the pod's control group is held to; undefined where that is what the pod asks for. */
  readonly cgroup: CgroupLimits | undefined;
}

export const nothingOutdated: Outdated = { containers: {}, cgroup: undefined };

/** One thing to set. Each says the whole of what holds afterwards, so that what is done of a broken-off row is known. */
export type ResizeStep =
  | { readonly set: "pod"; readonly limits: CgroupLimits }
  | {
      readonly set: "container";
      readonly id: string;
      readonly name: string;
      readonly requirements: ResourceRequirements;
    };

export interface RunningContainer {
  readonly id: string;
  readonly name: string;
}

/**
 * The way from what holds to what the pod asks for, in Kubernetes' order: memory, then CPU. The pod's group grows before its
 * containers and shrinks after them, and containers that shrink come before those that grow, so that the group always holds
 * them all.
 */
export function resizeSteps(pod: Pod, outdated: Outdated, running: readonly RunningContainer[]): readonly ResizeStep[] {
  const steps: ResizeStep[] = [];
  let held = outdated.cgroup ?? wantedCgroup(pod, undefined);
  const wanted = wantedCgroup(pod, held);
  const setPod = (limits: CgroupLimits) => {
    if (PARTS.some((part) => limits[part] !== held[part])) steps.push({ set: "pod", limits });
    held = limits;
  };
  const known = new Map(Object.entries(outdated.containers));
  for (const resource of ["memory", "cpu"] as const) {
    const parts = resource === "memory" ? MEMORY_PARTS : CPU_PARTS;
    setPod(mixed(held, parts, (part) => (exceeds(wanted[part], held[part]) ? wanted[part] : held[part])));
    for (const { id, name } of inOrder(pod, known, running, resource)) {
      const requirements = withResource(known.get(name)!, wantedOf(pod, name), resource);
      known.set(name, requirements);
      steps.push({ set: "container", id, name, requirements });
    }
    setPod(mixed(held, parts, (part) => wanted[part]));
  }
  return steps;
}

/** Memory limits that become smaller: they must not fall below what is used already. 0 for those that do not. */
export interface ShrinkingMemory {
  readonly pod: number;
  readonly containers: readonly { readonly id: string; readonly name: string; readonly limit: number }[];
}

export function shrinkingMemory(pod: Pod, outdated: Outdated, running: readonly RunningContainer[]): ShrinkingMemory {
  const held = outdated.cgroup ?? wantedCgroup(pod, undefined);
  const limit = wantedCgroup(pod, held).memoryLimit;
  const containers = running.flatMap(({ id, name }) => {
    const known = outdated.containers[name];
    const wanted = figuresOf(wantedOf(pod, name), "memory").limit;
    if (known === undefined || !exceeds(figuresOf(known, "memory").limit, wanted)) return [];
    return [{ id, name, limit: wanted }];
  });
  return { pod: exceeds(held.memoryLimit, limit) ? limit : 0, containers };
}

type Part = "memoryLimit" | "cpuShares" | "cpuQuota";

const MEMORY_PARTS: readonly Part[] = ["memoryLimit"];
const CPU_PARTS: readonly Part[] = ["cpuShares", "cpuQuota"];
const PARTS: readonly Part[] = [...MEMORY_PARTS, ...CPU_PARTS];

/** A limit that some container does not have is none for the pod, but one that holds already is not taken away. */
function wantedCgroup(pod: Pod, held: CgroupLimits | undefined): CgroupLimits {
  const limits = podCgroupLimits(pod);
  if (held === undefined) return limits;
  return {
    ...limits,
    cpuQuota: limits.cpuQuota === 0 ? held.cpuQuota : limits.cpuQuota,
    memoryLimit: limits.memoryLimit === 0 ? held.memoryLimit : limits.memoryLimit,
  };
}

function mixed(held: CgroupLimits, parts: readonly Part[], choose: (part: Part) => number): CgroupLimits {
  return { ...held, ...Object.fromEntries(parts.map((part) => [part, choose(part)])) };
}

/** Among limits 0 means that there is none, which is the most. Shares are never 0. */
function exceeds(one: number, other: number): boolean {
  return (one === 0 ? Infinity : one) > (other === 0 ? Infinity : other);
}

export function wantedOf(pod: Pod, name: string): ResourceRequirements {
  const container = findContainer(pod, name)?.spec;
  return container === undefined ? {} : effectiveRequirements(pod, container);
}

/** The containers whose figures of this resource differ, those that shrink first. */
function inOrder(
  pod: Pod,
  known: ReadonlyMap<string, ResourceRequirements>,
  running: readonly RunningContainer[],
  resource: ResizableResource,
): readonly RunningContainer[] {
  const changing = running.filter(({ name }) => {
    const now = known.get(name);
    return now !== undefined && differ(now, wantedOf(pod, name), resource);
  });
  const shrinks = ({ name }: RunningContainer) => {
    const [now, wanted] = [figuresOf(known.get(name)!, resource), figuresOf(wantedOf(pod, name), resource)];
    return now.limit === wanted.limit ? wanted.request < now.request : exceeds(now.limit, wanted.limit);
  };
  return [...changing.filter(shrinks), ...changing.filter((container) => !shrinks(container))];
}

function withResource(
  now: ResourceRequirements,
  wanted: ResourceRequirements,
  resource: ResizableResource,
): ResourceRequirements {
  const taken = (list: "limits" | "requests") => {
    const { [resource]: _before, ...others } = now[list] ?? {};
    const amount = wanted[list]?.[resource];
    return amount === undefined ? others : { ...others, [resource]: amount };
  };
  return { ...now, limits: taken("limits"), requests: taken("requests") };
}
