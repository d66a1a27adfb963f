import type { Service } from "../../api/core/v1/service.ts";
import type { IPAddress } from "../../api/networking/v1/ip-address.ts";
import { canonicalIp, ipFamily } from "../../base/ip.ts";
import type { Draft } from "../../machinery/object.ts";
import { ALLOCATOR, MANAGED_BY } from "../servicecidrs/plan.ts";

export interface AddressPlan {
  readonly create: readonly Draft<IPAddress>[];
  readonly remove: readonly IPAddress[];
}

/** Which service has the address, as `namespace/name`; undefined for one that somebody keeps by hand. */
export function serviceOf({ metadata, spec }: IPAddress): string | undefined {
  const { group = "", resource, namespace = "", name } = spec.parentRef;
  if (metadata.labels?.[MANAGED_BY] !== ALLOCATOR || group !== "" || resource !== "services") return undefined;
  return `${namespace}/${name}`;
}

/** @param present the addresses that say to be the service's. */
export function planAddresses(service: Service | undefined, present: readonly IPAddress[]): AddressPlan {
  const wanted = new Set((service?.spec.clusterIPs ?? []).map(canonicalIp).filter((text) => text !== undefined));
  const missing = [...wanted].filter((text) => !present.some(({ metadata }) => metadata.name === text));
  return {
    create: missing.map((text) => addressOf(service!, text)),
    remove: present.filter(({ metadata }) => !wanted.has(metadata.name)),
  };
}

function addressOf({ metadata }: Service, text: string): Draft<IPAddress> {
  return {
    metadata: { name: text, labels: { "ipaddress.kubernetes.io/ip-family": ipFamily(text), [MANAGED_BY]: ALLOCATOR } },
    spec: { parentRef: { resource: "services", namespace: metadata.namespace!, name: metadata.name } },
  };
}
