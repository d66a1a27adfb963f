import type { MutatingWebhookConfiguration as StoredMutatingWebhookConfiguration } from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { configurationRules } from "./webhook.ts";

export type MutatingWebhookConfiguration = StoredMutatingWebhookConfiguration;

/** Whom admission asks to change objects, and when. */
export const MutatingWebhookConfiguration: Kind<MutatingWebhookConfiguration> = defineKind(
  facts.admissionregistration.v1.MutatingWebhookConfiguration,
  configurationRules<MutatingWebhookConfiguration>(),
);
