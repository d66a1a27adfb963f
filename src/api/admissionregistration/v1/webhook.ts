import { dnsSubdomain } from "../../../machinery/formats.ts";
import { duplicate, invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { checkOptionalOneOf, type Issues } from "../../checks.ts";
import { age, name } from "../../columns.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type { MutatingWebhook, ValidatingWebhook } from "../../generated/admissionregistration-v1.ts";
import type { KindRules } from "../../kind.ts";
import { checkReviewVersions, checkWebhookClient, isUnderstood } from "../../webhook-client.ts";
import { checkConditions } from "./conditions.ts";
import { checkRule } from "./rules.ts";
import { staticNameWarnings } from "./static-names.ts";

/** What the conditions of webhooks may speak of. */
export const WEBHOOK_SCOPE = { authorizer: true } as const;

type Webhook = MutatingWebhook | ValidatingWebhook;

const NO_SIDE_EFFECTS = ["None", "NoneOnDryRun"];

interface Configuration extends KubeObject {
  readonly webhooks?: readonly Webhook[];
}

/** What both kinds of configurations have in common, which is all. */
export function configurationRules<T extends Configuration>(): KindRules<T> {
  return {
    anyFinalizer: true,
    metadataChecks: { update: ["whole"] },
    desired: ({ webhooks }) => webhooks,
    allowsUnconditionalUpdate: false,
    mindsEmpty: true,
    warnings: staticNameWarnings,
    columns: [
      name,
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
  };
}

/** @param old the webhooks that were there: what was accepted before stays acceptable */
function checkWebhooks(webhooks: readonly Webhook[], old: readonly Webhook[] | undefined): Issues {
  const issues: Issues = [];
  const names = new Set<string>();
  const namesMayRepeat = old !== undefined && new Set(old.map(({ name }) => name)).size < old.length;
  const effectsMayBe = old?.some(({ sideEffects }) => !NO_SIDE_EFFECTS.includes(sideEffects)) === true;
  const versionsMayBe = old?.some(({ admissionReviewVersions }) => !isUnderstood(admissionReviewVersions)) === true;
  for (const [index, webhook] of webhooks.entries()) {
    const at = `webhooks[${index}]`;
    checkWebhook(webhook, at, effectsMayBe, issues);
    checkReviewVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`, versionsMayBe, issues);
    if (webhook.name !== "" && names.has(webhook.name) && !namesMayRepeat) {
      issues.push(duplicate(`${at}.name`, webhook.name));
    }
    names.add(webhook.name);
  }
  return issues;
}

function checkWebhook(webhook: Webhook, at: string, anySideEffects: boolean, issues: Issues): void {
  checkQualifiedName(webhook.name, `${at}.name`, issues);
  for (const [index, rule] of (webhook.rules ?? []).entries()) checkRule(rule, `${at}.rules[${index}]`, issues);
  checkOptionalOneOf(webhook.failurePolicy, `${at}.failurePolicy`, ["Fail", "Ignore"], issues);
  checkOptionalOneOf(webhook.matchPolicy, `${at}.matchPolicy`, ["Equivalent", "Exact"], issues);
  checkSideEffects(webhook.sideEffects, `${at}.sideEffects`, anySideEffects, issues);
  const { timeoutSeconds } = webhook;
  if (timeoutSeconds !== undefined && (timeoutSeconds < 1 || timeoutSeconds > 30)) {
    const detail = "the timeout value must be between 1 and 30 seconds";
    issues.push(invalid(`${at}.timeoutSeconds`, timeoutSeconds, detail));
  }
  checkSelector(webhook.namespaceSelector ?? {}, `${at}.namespaceSelector`, issues);
  checkSelector(webhook.objectSelector ?? {}, `${at}.objectSelector`, issues);
  if ("reinvocationPolicy" in webhook) {
    checkOptionalOneOf(webhook.reinvocationPolicy, `${at}.reinvocationPolicy`, ["IfNeeded", "Never"], issues);
  }
  checkWebhookClient(webhook.clientConfig, `${at}.clientConfig`, issues);
  checkConditions(webhook.matchConditions ?? [], `${at}.matchConditions`, WEBHOOK_SCOPE, issues);
}

function checkQualifiedName(name: string, at: string, issues: Issues): void {
  if (name === "") return void issues.push(required(at));
  const problems = [...dnsSubdomain(name)];
  if (problems.length > 0) issues.push(invalid(at, name, problems.join(",")));
  else if (name.split(".").length < 3) {
    issues.push(invalid(at, name, "should be a domain with at least three segments separated by dots"));
  }
}

function checkSideEffects(value: string | null, at: string, any: boolean, issues: Issues): void {
  const allowed = any ? ["None", "NoneOnDryRun", "Some", "Unknown"] : NO_SIDE_EFFECTS;
  if (value === null) issues.push(required(at, `must specify one of ${allowed.join(", ")}`));
  else if (!allowed.includes(value)) issues.push(notSupported(at, value, allowed));
}
