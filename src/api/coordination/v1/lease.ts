import { age } from "../../columns.ts";
import type { Lease as StoredLease } from "../../generated/coordination-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type Lease = StoredLease;

export const Lease: Kind<Lease> = defineKind(facts.coordination.v1.Lease, {
  allowsCreateOnUpdate: true,
  allowsUnconditionalUpdate: false,
  columns: [{ name: "Holder", type: "string", value: ({ spec }) => spec.holderIdentity ?? "" }, age],
});
