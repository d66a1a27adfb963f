import { dnsLabel1035, dnsSubdomain } from "../machinery/formats.ts";
import { invalid, required } from "../machinery/issue.ts";
import type { Issues } from "./checks.ts";
import type { WebhookClientConfig } from "./generated/admissionregistration-v1.ts";

const REVIEW_VERSIONS = ["v1", "v1beta1"];
const NAMED = `must specify one of ${REVIEW_VERSIONS.join(", ")}`;

/** The versions of reviews that a webhook understands; one of them has to be spoken here. */
export function checkReviewVersions(
  versions: readonly string[],
  at: string,
  any: boolean,
  issues: Issues,
  empty = NAMED,
): void {
  if (versions.length === 0) {
    issues.push(required(at, empty));
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

export function isUnderstood(versions: readonly string[]): boolean {
  return versions.some((version) => REVIEW_VERSIONS.includes(version));
}

/** Where a webhook is asked. */
export function checkWebhookClient({ url, service }: WebhookClientConfig, at: string, issues: Issues): void {
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
