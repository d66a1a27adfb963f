import type { Namespace, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { canonicalIp } from "../base/ip.ts";

/** What names are answered from: the objects, found by what names say of them. */
export interface Directory {
  /** False until everything has been seen once: what is not found may still be there. */
  readonly complete: boolean;
  /** When something changed last, in seconds since the epoch: the serial of the domain. */
  readonly serial: number;
  hasNamespace(name: string): boolean;
  service(namespace: string, name: string): Service | undefined;
  /** In the order of their names, so that answers are the same every time. */
  slicesOf(namespace: string, service: string): readonly EndpointSlice[];
  /** @param address in its usual form. */
  serviceAt(address: string): Service | undefined;
  slicesAt(address: string): readonly EndpointSlice[];
}

/** A directory that is kept up to date by hand. Objects are as the API stores them. */
export class NameIndex implements Directory {
  complete = false;
  serial = 0;
  readonly #namespaces = new Set<string>();
  readonly #services = new Map<string, Service>();
  readonly #slices = new Map<string, EndpointSlice>();
  readonly #slicesByService = new Map<string, Set<string>>();
  readonly #slicesByAddress = new Map<string, Set<string>>();
  readonly #servicesByAddress = new Map<string, Set<string>>();

  hasNamespace(name: string): boolean {
    return this.#namespaces.has(name);
  }

  service(namespace: string, name: string): Service | undefined {
    return this.#services.get(`${namespace}/${name}`);
  }

  slicesOf(namespace: string, service: string): readonly EndpointSlice[] {
    return this.#slicesIn(this.#slicesByService.get(`${namespace}/${service}`));
  }

  serviceAt(address: string): Service | undefined {
    const [key] = this.#servicesByAddress.get(address) ?? [];
    return key === undefined ? undefined : this.#services.get(key);
  }

  slicesAt(address: string): readonly EndpointSlice[] {
    return this.#slicesIn(this.#slicesByAddress.get(address));
  }

  putNamespace({ metadata }: Namespace): void {
    this.#namespaces.add(metadata.name);
  }

  removeNamespace({ metadata }: Namespace): void {
    this.#namespaces.delete(metadata.name);
  }

  putService(service: Service): void {
    this.removeService(service);
    const key = keyOf(service);
    this.#services.set(key, service);
    for (const address of clusterAddresses(service)) add(this.#servicesByAddress, address, key);
  }

  removeService(service: Service): void {
    const key = keyOf(service);
    const old = this.#services.get(key);
    if (old === undefined) return;
    this.#services.delete(key);
    for (const address of clusterAddresses(old)) remove(this.#servicesByAddress, address, key);
  }

  putSlice(slice: EndpointSlice): void {
    this.removeSlice(slice);
    const service = serviceKeyOf(slice);
    if (service === undefined || slice.addressType === "FQDN") return;
    const key = keyOf(slice);
    this.#slices.set(key, slice);
    add(this.#slicesByService, service, key);
    for (const address of endpointAddresses(slice)) add(this.#slicesByAddress, address, key);
  }

  removeSlice(slice: EndpointSlice): void {
    const key = keyOf(slice);
    const old = this.#slices.get(key);
    if (old === undefined) return;
    this.#slices.delete(key);
    remove(this.#slicesByService, serviceKeyOf(old)!, key);
    for (const address of endpointAddresses(old)) remove(this.#slicesByAddress, address, key);
  }

  #slicesIn(keys: ReadonlySet<string> | undefined): readonly EndpointSlice[] {
    return keys === undefined ? [] : [...keys].toSorted().map((key) => this.#slices.get(key)!);
  }
}

/** The service that a slice belongs to, by its label. */
export function serviceNameOf({ metadata }: EndpointSlice): string | undefined {
  return metadata.labels?.["kubernetes.io/service-name"] || undefined;
}

/** All ClusterIPs of a service; none where it is headless or a name of elsewhere. */
export function clusterAddresses({ spec }: Service): readonly string[] {
  if (spec.type === "ExternalName") return [];
  const given = spec.clusterIPs?.length ? spec.clusterIPs : [spec.clusterIP ?? ""];
  return given.map(canonicalIp).filter((address) => address !== undefined);
}

function endpointAddresses({ endpoints }: EndpointSlice): ReadonlySet<string> {
  const addresses = (endpoints ?? []).flatMap((endpoint) => endpoint.addresses.map(canonicalIp));
  return new Set(addresses.filter((address) => address !== undefined));
}

function keyOf({ metadata }: Service | EndpointSlice): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function serviceKeyOf(slice: EndpointSlice): string | undefined {
  const name = serviceNameOf(slice);
  return name === undefined ? undefined : `${slice.metadata.namespace ?? ""}/${name}`;
}

function add(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys === undefined) index.set(value, new Set([key]));
  else keys.add(key);
}

function remove(index: Map<string, Set<string>>, value: string, key: string): void {
  const keys = index.get(value);
  if (keys?.delete(key) === true && keys.size === 0) index.delete(value);
}
