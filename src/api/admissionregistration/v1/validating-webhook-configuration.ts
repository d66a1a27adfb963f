import type { ValidatingWebhookConfiguration as StoredValidatingWebhookConfiguration } from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { configurationRules } from "./webhook.ts";

export type ValidatingWebhookConfiguration = StoredValidatingWebhookConfiguration;

/** Whom admission asks whether objects may be so, and when. */
export const ValidatingWebhookConfiguration: Kind<ValidatingWebhookConfiguration> = defineKind(
  facts.admissionregistration.v1.ValidatingWebhookConfiguration,
  configurationRules<ValidatingWebhookConfiguration>(),
);
