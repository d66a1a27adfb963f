import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
} from "../../../machinery/quantity.ts";
import type { Container, PodSpec } from "../../generated/core-v1.ts";
import type { ResourceList } from "./pod-spec/resource-list.ts";

type Amounts = Map<string, Quantity>;

/**
 * What the containers of a pod need together: the sum of all that run side by side, or what the most demanding init
 * container needs with the sidecars started before it, whichever is more, resource by resource.
 */
export function containerResources(
  spec: Pick<PodSpec, "containers" | "initContainers">,
  part: "requests" | "limits",
): Amounts {
  const total: Amounts = new Map();
  for (const { resources } of spec.containers ?? []) add(total, resources[part]);
  const sidecars: Amounts = new Map();
  const most: Amounts = new Map();
  for (const container of spec.initContainers ?? []) {
    const needed = new Map(sidecars);
    add(needed, container.resources[part]);
    if (isSidecar(container)) {
      add(total, container.resources[part]);
      add(sidecars, container.resources[part]);
    }
    raise(most, needed);
  }
  raise(total, most);
  return total;
}

/** An init container that goes on running beside the others. */
export function isSidecar(container: Pick<Container, "restartPolicy"> | undefined): boolean {
  return container?.restartPolicy === "Always";
}

/** Resources that may be set for a whole pod. */
export function isPodLevelResource(name: string): boolean {
  return name === "cpu" || name === "memory" || isHugePage(name);
}

export function isHugePage(name: string): boolean {
  return name.startsWith("hugepages-");
}

/** Quantities as the texts of a resource list. */
export function resourceTexts(amounts: ReadonlyMap<string, Quantity>): Record<string, string> {
  return Object.fromEntries([...amounts].map(([name, amount]) => [name, formatQuantity(amount)]));
}

function add(total: Amounts, resources: ResourceList | undefined): void {
  for (const name in resources) {
    const amount = parseQuantity(resources[name]!);
    const present = total.get(name);
    total.set(name, present === undefined ? amount : addQuantities(present, amount));
  }
}

function raise(total: Amounts, least: Amounts): void {
  for (const [name, amount] of least) {
    const present = total.get(name);
    if (present === undefined || compareQuantities(amount, present) > 0) total.set(name, amount);
  }
}
