import { age, firstOf } from "../../columns.ts";
import type { Endpoints as StoredEndpoints } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Endpoints = StoredEndpoints;

export const Endpoints: Kind<Endpoints> = defineKind(facts.core.v1.Endpoints, {
  allowsCreateOnUpdate: true,
  columns: [{ name: "Endpoints", type: "string", value: ({ subsets }) => endpointList(subsets ?? []) }, age],
});

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
