import type { Mutable } from "../../../machinery/object.ts";
import { age, firstOf } from "../../columns.ts";
import type { EndpointSlice as StoredEndpointSlice } from "../../generated/discovery-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type EndpointSlice = StoredEndpointSlice;

const SHOWN = 3;

export const EndpointSlice: Kind<EndpointSlice> = defineKind(facts.discovery.v1.EndpointSlice, {
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
});

function portText({ port, name }: NonNullable<EndpointSlice["ports"]>[number]): string {
  return port === undefined ? (name ?? "*") : String(port);
}
