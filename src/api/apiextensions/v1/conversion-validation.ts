import { forbidden, required } from "../../../machinery/issue.ts";
import { checkRequiredOneOf, type Issues } from "../../checks.ts";
import type { CustomResourceConversion } from "../../generated/apiextensions-v1.ts";
import { checkReviewVersions, checkWebhookClient } from "../../webhook-client.ts";

const ALONE = "should not be set when strategy is not set to Webhook";

/** How objects get from one version to another. Fields are named as Kubernetes has them inside, without `webhook` around them. */
export function checkConversion({ strategy, webhook }: CustomResourceConversion, at: string, issues: Issues): void {
  checkRequiredOneOf(strategy, `${at}.strategy`, ["None", "Webhook"], issues);
  const { clientConfig } = webhook ?? {};
  // A required list is null where nothing was sent.
  const versions = webhook?.conversionReviewVersions ?? [];
  const [clientAt, versionsAt] = [`${at}.webhookClientConfig`, `${at}.conversionReviewVersions`];
  if (strategy !== "Webhook") {
    if (clientConfig !== undefined) issues.push(forbidden(clientAt, ALONE));
    if (versions.length > 0) issues.push(forbidden(versionsAt, ALONE));
    return;
  }
  if (clientConfig === undefined) issues.push(required(clientAt, "required when strategy is set to Webhook"));
  else checkWebhookClient(clientConfig, clientAt, issues);
  checkReviewVersions(versions, versionsAt, false, issues, "");
}
