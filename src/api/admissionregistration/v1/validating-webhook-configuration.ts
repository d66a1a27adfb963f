import { age } from "../../columns.ts";
import type { ValidatingWebhookConfiguration as StoredValidatingWebhookConfiguration } from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkWebhooks } from "./webhook.ts";

export type ValidatingWebhookConfiguration = StoredValidatingWebhookConfiguration;

/** Whom admission asks whether objects may be so, and when. */
export const ValidatingWebhookConfiguration: Kind<ValidatingWebhookConfiguration> = defineKind(
  facts.admissionregistration.v1.ValidatingWebhookConfiguration,
  {
    desired: ({ webhooks }) => webhooks,
    columns: [
      { name: "Name", type: "string", format: "name", value: ({ metadata }) => metadata.name },
      {
        name: "Webhooks",
        type: "integer",
        description: "Webhooks indicates the number of webhooks registered in this configuration",
        value: ({ webhooks }) => webhooks?.length ?? 0,
      },
      age,
    ],
    // A change is checked against what was there, so here only new objects are.
    validate: ({ metadata, webhooks = [] }) =>
      metadata.resourceVersion === undefined ? checkWebhooks(webhooks, undefined) : [],
    validateUpdate: ({ webhooks = [] }, old) => checkWebhooks(webhooks, old.webhooks ?? []),
  },
);
