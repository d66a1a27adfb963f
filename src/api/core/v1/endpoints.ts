import { dnsLabel, dnsSubdomain, qualifiedName } from "../../../machinery/formats.ts";
import { required } from "../../../machinery/issue.ts";
import { sameJson } from "../../../machinery/same-json.ts";
import { addressWarnings, checkAddress, checkEndpointAddress } from "../../addresses.ts";
import { checkFormat, checkPortNumber, checkRequiredOneOf, type Issues } from "../../checks.ts";
import { age, firstOf } from "../../columns.ts";
import type { EndpointAddress, Endpoints as StoredEndpoints } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Endpoints = StoredEndpoints;

export const Endpoints: Kind<Endpoints> = defineKind(facts.core.v1.Endpoints, {
  metadataChecks: { update: ["change", "whole"] },
  allowsCreateOnUpdate: true,
  deprecated: "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice",
  columns: [{ name: "Endpoints", type: "string", value: ({ subsets }) => endpointList(subsets ?? []) }, age],
  validate({ metadata, subsets }) {
    const issues: Issues = [];
    if (metadata.resourceVersion === undefined) checkSubsets(subsets ?? [], issues);
    return issues;
  },
  validateUpdate({ subsets }, old) {
    const issues: Issues = [];
    // What older versions took may stay as it is.
    if (!sameJson(subsets, old.subsets)) checkSubsets(subsets ?? [], issues);
    return issues;
  },
  *warnings({ metadata, subsets = [] }) {
    // The loop writes addresses as they should be.
    if (metadata.labels?.["endpoints.kubernetes.io/managed-by"] === "endpoint-controller") return;
    for (const [index, subset] of subsets.entries()) {
      for (const part of ["addresses", "notReadyAddresses"] as const) {
        for (const [position, { ip }] of (subset[part] ?? []).entries()) {
          yield* addressWarnings(ip, `subsets[${index}].${part}[${position}].ip`);
        }
      }
    }
  },
});

type Subset = NonNullable<Endpoints["subsets"]>[number];

function checkSubsets(subsets: readonly Subset[], issues: Issues): void {
  for (const [index, { addresses = [], notReadyAddresses = [], ports = [] }] of subsets.entries()) {
    const at = `subsets[${index}]`;
    if (addresses.length === 0 && notReadyAddresses.length === 0) {
      issues.push(required(at, "must specify `addresses` or `notReadyAddresses`"));
    }
    for (const [position, address] of addresses.entries()) checkAt(address, `${at}.addresses[${position}]`, issues);
    for (const [position, address] of notReadyAddresses.entries()) {
      checkAt(address, `${at}.notReadyAddresses[${position}]`, issues);
    }
    for (const [position, { name = "", port, protocol, appProtocol }] of ports.entries()) {
      const here = `${at}.ports[${position}]`;
      if (name !== "") checkFormat(name, `${here}.name`, dnsLabel, issues);
      else if (ports.length > 1) issues.push(required(`${here}.name`));
      checkPortNumber(port, `${here}.port`, issues);
      checkRequiredOneOf(protocol, `${here}.protocol`, ["SCTP", "TCP", "UDP"], issues);
      if (appProtocol !== undefined) checkFormat(appProtocol, `${here}.appProtocol`, qualifiedName, issues);
    }
  }
}

function checkAt({ ip, hostname, nodeName }: EndpointAddress, at: string, issues: Issues): void {
  checkAddress(ip, `${at}.ip`, issues);
  if (hostname) checkFormat(hostname, `${at}.hostname`, dnsLabel, issues);
  if (nodeName !== undefined) checkFormat(nodeName, `${at}.nodeName`, dnsSubdomain, issues);
  checkEndpointAddress(ip, `${at}.ip`, issues);
}

const SHOWN = 3;

function endpointList(subsets: NonNullable<Endpoints["subsets"]>): string {
  if (subsets.length === 0) return "<none>";
  const texts = subsets.flatMap(({ addresses = [], ports = [] }) => {
    // A headless service may have no ports.
    if (ports.length === 0) return addresses.map(({ ip }) => ip);
    return ports.flatMap(({ port }) =>
      addresses.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)),
    );
  });
  return firstOf(texts, SHOWN, "");
}
