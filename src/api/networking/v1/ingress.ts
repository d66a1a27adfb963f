import { byteOrder } from "../../../machinery/byte-order.ts";
import { loadBalancerWarnings } from "../../addresses.ts";
import { age } from "../../columns.ts";
import type { Ingress as StoredIngress } from "../../generated/networking-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

import { CLASS_ANNOTATION, ingressIssues, ingressStatusIssues } from "./ingress-validation.ts";

export type Ingress = StoredIngress;

export const Ingress: Kind<Ingress> = defineKind(facts.networking.v1.Ingress, {
  metadataChecks: { update: ["change", "whole"] },
  desired: ({ spec }) => spec,
  columns: [
    {
      name: "Class",
      type: "string",
      description: "The class that serves the ingress",
      value: ({ spec }) => spec.ingressClassName ?? "<none>",
    },
    { name: "Hosts", type: "string", description: "Hosts that the rules are for", value: hostsOf },
    { name: "Address", type: "string", description: "Where the ingress can be reached", value: addressesOf },
    {
      name: "Ports",
      type: "string",
      description: "Ports that are open",
      value: ({ spec }) => ((spec.tls?.length ?? 0) > 0 ? "80, 443" : "80"),
    },
    age,
  ],
  validate: ingressIssues,
  validateStatusUpdate: ingressStatusIssues,
  statusWarnings: ({ status }) => loadBalancerWarnings(status.loadBalancer.ingress),
  *warnings({ metadata, spec }, old) {
    if (
      old === undefined &&
      metadata.annotations?.[CLASS_ANNOTATION] !== undefined &&
      spec.ingressClassName === undefined
    )
      yield `annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`;
  },
});

const SHOWN = 3;

function hostsOf({ spec: { rules = [] } }: Ingress): string {
  const hosts: string[] = [];
  let more = false;
  for (const { host } of rules) {
    if (hosts.length === SHOWN) more = true;
    else if (host) hosts.push(host);
  }
  if (hosts.length === 0) return "*";
  return more ? `${hosts.join(",")} + ${rules.length - SHOWN} more...` : hosts.join(",");
}

function addressesOf({ status }: Ingress): string {
  const points = (status.loadBalancer.ingress ?? []).map(({ ip, hostname }) => ip || hostname || "");
  return [...new Set(points.filter((point) => point !== ""))].sort(byteOrder).join(",");
}
