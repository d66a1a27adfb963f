import type { Endpoint, EndpointPort, EndpointSlice } from "../../api/generated/discovery-v1.ts";
import { byteOrder } from "../../machinery/byte-order.ts";
import { sameJson } from "../../machinery/same-json.ts";

/** How the endpoints of one set of ports are spread over slices. */
export interface Packing {
  /** The endpoints of each new slice. */
  readonly create: readonly (readonly Endpoint[])[];
  readonly update: readonly EndpointSlice[];
  readonly remove: readonly EndpointSlice[];
}

/**
 * Fits endpoints into slices with as few writes as possible: what is in a slice stays there, new ones go to slices that
 * change anyhow, then to one that has room for all that are left, then to new ones. Slices are not merged.
 * @param relabel the labels that a slice should have; undefined where it has them.
 */
export function pack(
  existing: readonly EndpointSlice[],
  desired: readonly Endpoint[],
  most: number,
  relabel: (slice: EndpointSlice) => Readonly<Record<string, string>> | undefined,
): Packing {
  const left = new Map(desired.map((endpoint) => [endpointKey(endpoint), endpoint]));
  const changed: Draft[] = [];
  const unchanged: EndpointSlice[] = [];
  const remove: EndpointSlice[] = [];
  for (const slice of existing) {
    const kept = keep(slice, left);
    const labels = relabel(slice);
    if (kept.endpoints.length === 0 && (slice.endpoints?.length ?? 0) > 0) remove.push(slice);
    else if (kept.changed || labels !== undefined)
      changed.push({ slice, labels: labels ?? slice.metadata.labels ?? {}, endpoints: kept.endpoints });
    else unchanged.push(slice);
  }
  const rest = [...left.values()];
  for (const draft of changed.sort((a, b) => b.endpoints.length - a.endpoints.length)) {
    draft.endpoints.push(...rest.splice(0, most - draft.endpoints.length));
  }
  const create: Endpoint[][] = [];
  while (rest.length > 0) {
    const roomy = rest.length < most ? tightest(unchanged, rest.length, most) : undefined;
    if (roomy === undefined) create.push(rest.splice(0, most));
    else {
      const endpoints = [...(roomy.endpoints ?? []), ...rest.splice(0)];
      changed.push({ slice: roomy, labels: roomy.metadata.labels ?? {}, endpoints });
    }
  }
  const update = changed.map(({ slice, labels, endpoints }) => ({
    ...slice,
    metadata: { ...slice.metadata, labels },
    endpoints,
  }));
  return { create, update, remove };
}

/** Slices with the same ports in whatever order hold endpoints of the same kind. */
export function portsKey(ports: readonly EndpointPort[] | null): string {
  const texts = ports?.map(({ name, protocol, port, appProtocol }) =>
    JSON.stringify([name, protocol, port, appProtocol]),
  );
  return texts?.sort(byteOrder).join() ?? "";
}

interface Draft {
  readonly slice: EndpointSlice;
  readonly labels: Readonly<Record<string, string>>;
  readonly endpoints: Endpoint[];
}

/** Takes from `left` what the slice has already. */
function keep(
  { endpoints }: EndpointSlice,
  left: Map<string, Endpoint>,
): { readonly endpoints: Endpoint[]; readonly changed: boolean } {
  const kept: Endpoint[] = [];
  let changed = false;
  for (const present of endpoints ?? []) {
    const key = endpointKey(present);
    const wanted = left.get(key);
    left.delete(key);
    if (wanted === undefined) changed = true;
    else {
      kept.push(wanted);
      changed ||= !sameJson(wanted, present);
    }
  }
  return { endpoints: kept, changed };
}

/** What makes two endpoints the same one, however its conditions change. */
function endpointKey({ addresses, hostname, targetRef }: Endpoint): string {
  return `${addresses.join()} ${hostname ?? ""} ${targetRef?.namespace ?? ""}/${targetRef?.name ?? ""}`;
}

/** The slice that has room for so many more, and the least beyond them. */
function tightest(slices: readonly EndpointSlice[], count: number, most: number): EndpointSlice | undefined {
  let best: EndpointSlice | undefined;
  let leastSpare = most;
  for (const slice of slices) {
    const spare = most - count - (slice.endpoints?.length ?? 0);
    if (spare < 0 || spare >= leastSpare) continue;
    best = slice;
    leastSpare = spare;
  }
  return best;
}
