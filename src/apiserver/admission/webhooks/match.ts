import type { MutatingWebhook, ValidatingWebhook } from "../../../api/generated/admissionregistration-v1.ts";
import type { Authorizer } from "../../auth/user.ts";
import type { AdmissionRequest } from "../admission.ts";
import type { Lookup } from "../lookup.ts";
import { namespaceMatches, objectMatches, ruleMatches } from "../match.ts";
import { webhookConditionsHold } from "./conditions.ts";

/** Is this webhook to be asked about this write? @throws {StatusError} 404 where the namespace is gone */
export function isAsked(
  webhook: MutatingWebhook | ValidatingWebhook,
  request: AdmissionRequest,
  { lookup, authorizer }: { readonly lookup: Lookup; readonly authorizer: Authorizer },
): boolean {
  return (
    (webhook.rules ?? []).some((rule) => ruleMatches(rule, request)) &&
    objectMatches(webhook.objectSelector, request) &&
    namespaceMatches(webhook.namespaceSelector, request, lookup) &&
    webhookConditionsHold(webhook, request, authorizer)
  );
}

/** Configurations of admission itself are shown to nobody: a webhook could otherwise keep itself from being removed. */
export function isExempt({ kind }: AdmissionRequest): boolean {
  return kind.group === "admissionregistration.k8s.io";
}
