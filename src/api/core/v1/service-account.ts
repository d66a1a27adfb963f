import type { ServiceAccount as StoredServiceAccount } from "../../generated/core-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";

export type ServiceAccount = StoredServiceAccount;

export const ServiceAccount: Kind<ServiceAccount> = defineKind(facts.core.v1.ServiceAccount, { answersDeleted: true });
