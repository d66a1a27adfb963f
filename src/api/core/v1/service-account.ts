import type { Mutable } from "../../../machinery/object.ts";
import { age } from "../../columns.ts";
import type { ServiceAccount as StoredServiceAccount } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ServiceAccount = StoredServiceAccount;

export const ServiceAccount: Kind<ServiceAccount> = defineKind(facts.core.v1.ServiceAccount, {
  metadataChecks: { update: ["change", "whole"] },
  answersDeleted: true,
  columns: [age],
  prepareForCreate: (object) => nameSecretsOnly(object as unknown as Mutable<ServiceAccount>),
  prepareForUpdate: (object) => nameSecretsOnly(object as unknown as Mutable<ServiceAccount>),
  *warnings({ metadata }, old) {
    if (metadata.annotations?.[ENFORCE] !== undefined && old?.metadata.annotations?.[ENFORCE] === undefined) {
      yield `metadata.annotations[${ENFORCE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`;
    }
  },
});

const ENFORCE = "kubernetes.io/enforce-mountable-secrets";

/** Of the references to secrets only names count. */
function nameSecretsOnly(account: Mutable<ServiceAccount>): void {
  if (account.secrets === undefined) return;
  account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }));
}
