import { age } from "../../columns.ts";
import type { MutatingWebhookConfiguration as StoredMutatingWebhookConfiguration } from "../../generated/admissionregistration-v1.ts";
import { facts } from "../../generated/resources.ts";
import { defineKind, type Kind } from "../../kind.ts";
import { checkWebhooks } from "./webhook.ts";

export type MutatingWebhookConfiguration = StoredMutatingWebhookConfiguration;

/** Whom admission asks to change objects, and when. */
export const MutatingWebhookConfiguration: Kind<MutatingWebhookConfiguration> = defineKind(
  facts.admissionregistration.v1.MutatingWebhookConfiguration,
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
