import { dnsLabel1035, dnsSubdomain } from "../../../machinery/formats.ts";
import { duplicate, invalid, notSupported, required } from "../../../machinery/issue.ts";
import type { KubeObject } from "../../../machinery/object.ts";
import { checkOptionalOneOf, type Issues } from "../../checks.ts";
import { age } from "../../columns.ts";
import { checkSelector } from "../../core/v1/label-selector.ts";
import type {
  MutatingWebhook,
  ValidatingWebhook,
  WebhookClientConfig,
} from "../../generated/admissionregistration-v1.ts";
import type { KindRules } from "../../kind.ts";
import { checkConditions } from "./conditions.ts";
import { checkRule } from "./rules.ts";

/** What the conditions of webhooks may speak of. */
export const WEBHOOK_SCOPE = { authorizer: true } as const;

type Webhook = MutatingWebhook | ValidatingWebhook;

const REVIEW_VERSIONS = ["v1", "v1beta1"];
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
    checkVersions(webhook.admissionReviewVersions ?? [], `${at}.admissionReviewVersions`, versionsMayBe, issues);
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
  checkClient(webhook.clientConfig, `${at}.clientConfig`, issues);
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

function checkSideEffects(value: string | undefined, at: string, any: boolean, issues: Issues): void {
  const allowed = any ? ["None", "NoneOnDryRun", "Some", "Unknown"] : NO_SIDE_EFFECTS;
  if (value === undefined) issues.push(required(at, `must specify one of ${allowed.join(", ")}`));
  else if (!allowed.includes(value)) issues.push(notSupported(at, value, allowed));
}

function checkVersions(versions: readonly string[], at: string, any: boolean, issues: Issues): void {
  if (versions.length === 0) {
    issues.push(required(at, `must specify one of ${REVIEW_VERSIONS.join(", ")}`));
    return;
  }
  for (const [index, version] of versions.entries()) {
    const here = `${at}[${index}]`;
    if (versions.indexOf(version) < index) issues.push(invalid(here, version, "duplicate version"));
    else for (const problem of dnsLabel1035(version)) issues.push(invalid(here, version, problem));
  }
  if (!any && !isUnderstood(versions)) {
    issues.push(invalid(at, versions, `must include at least one of ${REVIEW_VERSIONS.join(", ")}`));
  }
}

function isUnderstood(versions: readonly string[]): boolean {
  return versions.some((version) => REVIEW_VERSIONS.includes(version));
}

function checkClient({ url, service }: WebhookClientConfig, at: string, issues: Issues): void {
  if ((url === undefined) === (service === undefined)) {
    issues.push(required(at, "exactly one of url or service is required"));
  } else if (url !== undefined) checkUrl(url, `${at}.url`, issues);
  else checkService(service!, `${at}.service`, issues);
}

const FORM = "; desired format: https://host[/path]";

function checkUrl(text: string, at: string, issues: Issues): void {
  const parts = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s.exec(text);
  if (parts === null) return;
  const [, scheme = "", authority = "", , query = "", fragment = ""] = parts;
  if (scheme !== "https") issues.push(invalid(at, scheme, `'https' is the only allowed URL scheme${FORM}`));
  const user = authority.includes("@") ? authority.slice(0, authority.lastIndexOf("@")) : undefined;
  if (authority.slice((user?.length ?? -1) + 1) === "") issues.push(invalid(at, "", `host must be specified${FORM}`));
  if (user !== undefined) issues.push(invalid(at, user, "user information is not permitted in the URL"));
  if (fragment !== "") issues.push(invalid(at, fragment, "fragments are not permitted in the URL"));
  if (query !== "") issues.push(invalid(at, query, "query parameters are not permitted in the URL"));
}

function checkService(service: NonNullable<WebhookClientConfig["service"]>, at: string, issues: Issues): void {
  const { name, namespace, path, port } = service;
  // Kubernetes mixes the two up here, and names the other one.
  if (namespace === "") issues.push(required(`${at}.name`));
  if (name === "") issues.push(required(`${at}.namespace`));
  if (port < 1 || port > 65535) {
    issues.push(invalid(`${at}.port`, port, "port is not valid: must be between 1 and 65535, inclusive"));
  }
  if (path === undefined) return;
  checkPath(path, `${at}.path`, issues);
}

function checkPath(path: string, at: string, issues: Issues): void {
  if (path === "/" || path === "") return;
  if (path === "//") {
    issues.push(invalid(at, path, "segment[0] may not be empty"));
    return;
  }
  if (!path.startsWith("/")) issues.push(invalid(at, path, "must start with a '/'"));
  const rest = path.slice(1);
  const segments = (rest.endsWith("/") ? rest.slice(0, -1) : rest).split("/");
  for (const [index, segment] of segments.entries()) {
    if (segment === "") {
      issues.push(invalid(at, path, `segment[${index}] may not be empty`));
      continue;
    }
    for (const problem of dnsSubdomain(segment)) issues.push(invalid(at, path, `segment[${index}]: ${problem}`));
  }
}
