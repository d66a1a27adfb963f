import { ipFamily } from "../../../base/ip.ts";
import { dnsLabel, dnsSubdomain, type FormatCheck, labelValue, qualifiedName } from "../../../machinery/formats.ts";
import { duplicate, invalid, required, tooMany } from "../../../machinery/issue.ts";
import type { Mutable } from "../../../machinery/object.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { addressWarnings, canonicalAddress, checkAddress, checkEndpointAddress } from "../../addresses.ts";
import { checkFormat, checkOneOf, checkRequiredOneOf, IMMUTABLE, type Issues } from "../../checks.ts";
import { age, firstOf } from "../../columns.ts";
import type { EndpointSlice as StoredEndpointSlice } from "../../generated/discovery-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type EndpointSlice = StoredEndpointSlice;

const SHOWN = 3;
const OWN_LOOPS = ["endpointslice-controller.k8s.io", "endpointslicemirroring-controller.k8s.io"];

export const EndpointSlice: Kind<EndpointSlice> = defineKind(facts.discovery.v1.EndpointSlice, {
  metadataChecks: { update: ["whole"] },
  desired: ({ addressType, endpoints, ports, metadata }) => ({
    addressType,
    endpoints,
    ports,
    labels: metadata.labels,
  }),
  columns: [
    { name: "AddressType", type: "string", value: ({ addressType }) => addressType },
    { name: "Ports", type: "string", value: ({ ports }) => firstOf((ports ?? []).map(portText), SHOWN, "<unset>") },
    {
      name: "Endpoints",
      type: "string",
      value: ({ endpoints }) =>
        firstOf(
          (endpoints ?? []).flatMap(({ addresses }) => addresses),
          SHOWN,
          "<unset>",
        ),
    },
    age,
  ],
  default(object) {
    for (const port of (object as unknown as Mutable<EndpointSlice>).ports ?? []) {
      port.name ??= "";
      port.protocol ??= "TCP";
    }
  },
  *warnings({ metadata, addressType, endpoints }, old) {
    if (old === undefined && addressType === "FQDN") yield "spec.addressType: FQDN endpoints are deprecated";
    // The loops that make slices write addresses as they should be.
    if (OWN_LOOPS.includes(metadata.labels?.["endpointslice.kubernetes.io/managed-by"] ?? "")) return;
    for (const [index, { addresses }] of (endpoints ?? []).entries()) {
      for (const [position, address] of addresses.entries()) {
        yield* addressWarnings(address, `endpoints[${index}].addresses[${position}]`);
      }
    }
  },
  prepareForCreate: (object) => void dropTopology(object as unknown as Mutable<EndpointSlice>),
  prepareForUpdate(object, { metadata: { generation = 0 } }) {
    const slice = object as unknown as Mutable<EndpointSlice>;
    // Even what is dropped counts as a change.
    if (dropTopology(slice)) slice.metadata.generation = generation + 1;
  },
  validate(slice) {
    const issues: Issues = [];
    checkRequiredOneOf(slice.addressType, "addressType", ADDRESS_TYPES, issues);
    checkPorts(slice.ports ?? [], issues);
    if (slice.metadata.resourceVersion === undefined) checkEndpoints(slice, issues);
    return issues;
  },
  validateUpdate(slice, old) {
    const issues: Issues = [];
    // What older versions took may stay as it is.
    if (!sameJson(slice.endpoints, old.endpoints)) checkEndpoints(slice, issues);
    if (slice.addressType !== old.addressType) issues.push(invalid("addressType", slice.addressType, IMMUTABLE));
    return issues;
  },
});

function portText({ port, name }: NonNullable<EndpointSlice["ports"]>[number]): string {
  return port === undefined ? (name ?? "*") : String(port);
}

type Endpoint = NonNullable<EndpointSlice["endpoints"]>[number];

const ADDRESS_TYPES = ["FQDN", "IPv4", "IPv6"];
const PROTOCOLS = ["SCTP", "TCP", "UDP"];
const MOST_ENDPOINTS = 1000;
const MOST_ADDRESSES = 100;
const MOST_PORTS = 20_000;
const MOST_HINTS = 8;

/** Takes out a field of the first days that clients of v1 cannot set, and tells whether one was there. */
function dropTopology({ endpoints }: Mutable<EndpointSlice>): boolean {
  const given = (endpoints ?? []).filter(({ deprecatedTopology }) => deprecatedTopology !== undefined);
  for (const endpoint of given) delete endpoint.deprecatedTopology;
  return given.length > 0;
}

function checkPorts(ports: NonNullable<EndpointSlice["ports"]>, issues: Issues): void {
  if (ports.length > MOST_PORTS) return void issues.push(tooMany("ports", ports.length, MOST_PORTS));
  const names = new Set<string>();
  for (const [index, { name, protocol, appProtocol }] of ports.entries()) {
    const at = `ports[${index}]`;
    if (name) checkFormat(name, `${at}.name`, dnsLabel, issues);
    if (names.has(name ?? "")) issues.push(duplicate(`${at}.name`, name));
    names.add(name ?? "");
    checkOneOf(protocol, `${at}.protocol`, PROTOCOLS, issues);
    if (appProtocol !== undefined) checkFormat(appProtocol, `${at}.appProtocol`, qualifiedName, issues);
  }
}

function checkEndpoints({ addressType, endpoints }: EndpointSlice, issues: Issues): void {
  const all = endpoints ?? [];
  if (all.length > MOST_ENDPOINTS) return void issues.push(tooMany("endpoints", all.length, MOST_ENDPOINTS));
  for (const [index, endpoint] of all.entries()) {
    const at = `endpoints[${index}]`;
    const addresses = endpoint.addresses ?? [];
    if (addresses.length === 0) issues.push(required(`${at}.addresses`, "must contain at least 1 address"));
    else if (addresses.length > MOST_ADDRESSES) {
      issues.push(tooMany(`${at}.addresses`, addresses.length, MOST_ADDRESSES));
    }
    for (const [position, address] of addresses.entries()) {
      checkOf(addressType, address, `${at}.addresses`, position, issues);
    }
    if (endpoint.nodeName !== undefined) checkFormat(endpoint.nodeName, `${at}.nodeName`, dnsSubdomain, issues);
    if (endpoint.hostname !== undefined) checkFormat(endpoint.hostname, `${at}.hostname`, dnsLabel, issues);
    if (endpoint.hints !== undefined) checkHints(endpoint.hints, `${at}.hints`, issues);
  }
}

function checkOf(type: string, address: string, listAt: string, position: number, issues: Issues): void {
  const at = `${listAt}[${position}]`;
  if (type === "FQDN") return checkDomainName(address, at, issues);
  if (type !== "IPv4" && type !== "IPv6") return;
  const before = issues.length;
  if (type === "IPv4") checkAddress(address, at, issues);
  else checkFormat(address, at, canonicalAddress, issues);
  if (issues.length > before) return;
  if (ipFamily(address) !== type) issues.push(invalid(listAt, address, `must be an ${type} address`));
  checkEndpointAddress(address, at, issues);
}

/** A domain name of at least two labels, which a dot may end. */
function checkDomainName(name: string, at: string, issues: Issues): void {
  if (name === "") return void issues.push(required(at));
  const plain = name.replace(/\.$/, "");
  const problems = dnsSubdomain(plain);
  if (problems.length > 0) issues.push(invalid(at, plain, problems.join(",")));
  else if (!plain.includes(".")) {
    issues.push(invalid(at, plain, "should be a domain with at least two segments separated by dots"));
  }
}

function checkHints(
  { forZones = [], forNodes = [] }: NonNullable<Endpoint["hints"]>,
  at: string,
  issues: Issues,
): void {
  if (forZones.length > MOST_HINTS) {
    return void issues.push(tooMany(`${at}.forZones`, forZones.length, MOST_HINTS));
  }
  checkNames(forZones, `${at}.forZones`, labelValue, issues);
  if (forNodes.length > MOST_HINTS) {
    return void issues.push(tooMany(`${at}.forNodes`, forNodes.length, MOST_HINTS));
  }
  checkNames(forNodes, `${at}.forNodes`, dnsSubdomain, issues);
}

function checkNames(items: readonly { readonly name: string }[], at: string, check: FormatCheck, issues: Issues): void {
  const seen = new Set<string>();
  for (const [index, { name }] of items.entries()) {
    if (seen.has(name)) issues.push(duplicate(`${at}[${index}].name`, name));
    seen.add(name);
    checkFormat(name, `${at}[${index}].name`, check, issues);
  }
}
