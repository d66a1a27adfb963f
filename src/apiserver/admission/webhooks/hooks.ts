import type {
  MutatingWebhook,
  MutatingWebhookConfiguration,
  ValidatingWebhook,
  ValidatingWebhookConfiguration,
} from "../../../api/generated/admissionregistration-v1.ts";
import type { Lookup } from "../lookup.ts";

/** One webhook of a configuration. */
export type Hook<Webhook extends MutatingWebhook | ValidatingWebhook = MutatingWebhook | ValidatingWebhook> = {
  readonly webhook: Webhook;
  /** Tells it from all others: a name may stand twice, even in one configuration. */
  readonly id: string;
};

/** Who is asked to change objects, in the order of the configurations' names. */
export function mutatingHooks(lookup: Lookup): readonly Hook<MutatingWebhook>[] {
  return hooksOf(lookup.list<MutatingWebhookConfiguration>(`${GROUP}/mutatingwebhookconfigurations`));
}

/** Who is asked whether objects may be so. */
export function validatingHooks(lookup: Lookup): readonly Hook<ValidatingWebhook>[] {
  return hooksOf(lookup.list<ValidatingWebhookConfiguration>(`${GROUP}/validatingwebhookconfigurations`));
}

const GROUP = "admissionregistration.k8s.io";

function hooksOf<Webhook extends MutatingWebhook | ValidatingWebhook>(
  configurations: readonly {
    readonly metadata: { readonly name: string };
    readonly webhooks?: readonly Webhook[];
  }[],
): readonly Hook<Webhook>[] {
  return configurations.flatMap(({ metadata, webhooks = [] }) =>
    webhooks.map((webhook, index) => ({ webhook, id: `${metadata.name}/${webhook.name}/${index}` })),
  );
}
