import { byteLength, dnsLabel, dnsSubdomain, type FormatCheck } from "../../../../machinery/formats.ts";
import { forbidden, invalid, required, tooLong } from "../../../../machinery/issue.ts";
import { checkAddress } from "../../../addresses.ts";
import { checkFormat, type Issues } from "../../../checks.ts";
import type { HostAlias, PodDNSConfig, PodSpec } from "../../../generated/core-v1.ts";

/** What the C library's resolver takes. */
const MOST_NAMESERVERS = 3;
const MOST_SEARCHES = 32;
const LONGEST_SEARCHES = 2048;

export function checkDns({ dnsPolicy, dnsConfig }: PodSpec, at: string, issues: Issues): void {
  if (dnsPolicy === "None") {
    if (dnsConfig === undefined) {
      return void issues.push(required(at, "must provide `dnsConfig` when `dnsPolicy` is None"));
    }
    if ((dnsConfig.nameservers ?? []).length === 0) {
      const detail = "must provide at least one DNS nameserver when `dnsPolicy` is None";
      return void issues.push(required(`${at}.nameservers`, detail));
    }
  }
  if (dnsConfig !== undefined) checkDnsConfig(dnsConfig, at, issues);
}

function checkDnsConfig(config: PodDNSConfig, at: string, issues: Issues): void {
  const { nameservers = [], searches = [], options = [] } = config;
  if (nameservers.length > MOST_NAMESERVERS) {
    const detail = `must not have more than ${MOST_NAMESERVERS} nameservers`;
    issues.push(invalid(`${at}.nameservers`, nameservers, detail));
  }
  for (const [index, server] of nameservers.entries()) checkAddress(server, `${at}.nameservers[${index}]`, issues);
  const searchesAt = `${at}.searches`;
  if (searches.length > MOST_SEARCHES) {
    issues.push(invalid(searchesAt, searches, `must not have more than ${MOST_SEARCHES} search paths`));
  }
  if (byteLength(searches.join(" ")) > LONGEST_SEARCHES) {
    const detail = `must not have more than ${LONGEST_SEARCHES} characters (including spaces) in the search list`;
    issues.push(invalid(searchesAt, searches, detail));
  }
  for (const [index, search] of searches.entries()) {
    if (search !== ".") checkFormat(search.replace(/\.$/, ""), `${searchesAt}[${index}]`, searchDomain, issues);
  }
  for (const [index, { name }] of options.entries()) {
    if (!name) issues.push(required(`${at}.options[${index}]`, "must not be empty"));
  }
}

const SEARCH_LABEL = "_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
const SEARCH_PATTERN = `${SEARCH_LABEL}(\\.${SEARCH_LABEL})*`;
const SEARCH = new RegExp(`^${SEARCH_PATTERN}$`);

/** A DNS subdomain in which labels may begin with, and have, underscores. */
const searchDomain: FormatCheck = (value) => {
  const problems: string[] = [];
  if (byteLength(value) > 253) problems.push("must be no more than 253 characters");
  if (!SEARCH.test(value)) {
    problems.push(
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SEARCH_PATTERN}')`,
    );
  }
  return problems;
};

export function checkHostAliases(aliases: readonly HostAlias[], at: string, issues: Issues): void {
  for (const [index, { ip, hostnames = [] }] of aliases.entries()) {
    checkAddress(ip, `${at}[${index}].ip`, issues);
    for (const [position, name] of hostnames.entries()) {
      checkFormat(name, `${at}[${index}].hostnames[${position}]`, dnsSubdomain, issues);
    }
  }
}

/** The names by which the pod goes. */
export function checkHostnames(spec: PodSpec, at: string, issues: Issues): void {
  if (spec.hostname) checkFormat(spec.hostname, `${at}.hostname`, dnsLabel, issues);
  if (spec.subdomain) checkFormat(spec.subdomain, `${at}.subdomain`, dnsLabel, issues);
}

export function checkHostnameOverride(spec: PodSpec, at: string, issues: Issues): void {
  const { hostnameOverride } = spec;
  if (hostnameOverride === undefined) return;
  const here = `${at}.hostnameOverride`;
  if (spec.setHostnameAsFQDN === true) {
    issues.push(forbidden(here, "may not be specified when setHostnameAsFQDN is true"));
  }
  if (spec.hostNetwork === true) issues.push(forbidden(here, "may not be specified when hostNetwork is true"));
  if (byteLength(hostnameOverride) > 64) issues.push(tooLong(here, 64));
  checkFormat(hostnameOverride, here, dnsSubdomain, issues);
}
