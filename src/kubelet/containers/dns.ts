import type { Pod } from "../../api/generated/core-v1.ts";
import { namespaceOf, onHostNetwork } from "./names.ts";

export interface DnsConfig {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: readonly string[];
}

export interface ClusterDns {
  readonly servers: readonly string[];
  readonly domain: string;
  /** What the node's own resolv.conf says; without one, server 127.0.0.1 and search `.`, which ask nobody. */
  readonly host: DnsConfig;
}

export interface PodDns {
  readonly config: DnsConfig;
  /** Warnings for events, with reason `DNSConfigForming` or `MissingClusterDNS`. */
  readonly warnings: readonly { readonly reason: string; readonly message: string }[];
}

const MAX_SERVERS = 3;
const MAX_SEARCHES = 32;
const MAX_SEARCH_LENGTH = 2048;
const MAX_DOMAIN_LENGTH = 253;

/** The resolver configuration of a pod by its DNS policy, with its own `dnsConfig` merged in and Kubernetes' limits kept. */
export function podDns(pod: Pod, cluster: ClusterDns): PodDns {
  const warnings: { reason: string; message: string }[] = [];
  const base = baseConfig(pod, cluster, warnings);
  const own = pod.spec.dnsConfig;
  const merged =
    own === undefined
      ? base
      : {
          servers: unique([...base.servers, ...(own.nameservers ?? [])]),
          searches: unique([...base.searches, ...(own.searches ?? [])]),
          options: mergedOptions(base.options, own.options ?? []),
        };
  const servers = merged.servers.slice(0, MAX_SERVERS);
  if (servers.length < merged.servers.length) {
    warnings.push({
      reason: "DNSConfigForming",
      message: `Nameserver limits were exceeded, some nameservers have been omitted, the applied nameserver line is: ${servers.join(" ")}`,
    });
  }
  const searches = fittingSearches(merged.searches);
  if (searches.length < merged.searches.length) {
    warnings.push({
      reason: "DNSConfigForming",
      message: `Search Line limits were exceeded, some search paths have been omitted, the applied search line is: ${searches.join(" ")}`,
    });
  }
  return { config: { servers, searches, options: merged.options }, warnings };
}

function baseConfig(pod: Pod, cluster: ClusterDns, warnings: { reason: string; message: string }[]): DnsConfig {
  const policy = pod.spec.dnsPolicy ?? "ClusterFirst";
  if (policy === "None") return { servers: [], searches: [], options: [] };
  const wantsCluster = policy === "ClusterFirstWithHostNet" || (policy === "ClusterFirst" && !onHostNetwork(pod));
  if (wantsCluster && cluster.servers.length > 0) {
    const domain = cluster.domain;
    const own = domain === "" ? [] : [`${namespaceOf(pod)}.svc.${domain}`, `svc.${domain}`, domain];
    return { servers: cluster.servers, searches: unique([...own, ...cluster.host.searches]), options: ["ndots:5"] };
  }
  if (wantsCluster) {
    warnings.push({
      reason: "MissingClusterDNS",
      message: `kubelet does not have ClusterDNS IP configured and cannot create Pod using "ClusterFirst" policy. Falling back to "Default" policy.`,
    });
  }
  return cluster.host;
}

function fittingSearches(searches: readonly string[]): readonly string[] {
  const fitting = searches.slice(0, MAX_SEARCHES).filter((search) => search.length <= MAX_DOMAIN_LENGTH);
  while (fitting.join(" ").length > MAX_SEARCH_LENGTH) fitting.pop();
  return fitting;
}

function mergedOptions(
  base: readonly string[],
  own: readonly { readonly name?: string; readonly value?: string }[],
): readonly string[] {
  const options = new Map<string, string>();
  for (const option of base) {
    const colon = option.indexOf(":");
    options.set(colon < 0 ? option : option.slice(0, colon), colon < 0 ? "" : option.slice(colon + 1));
  }
  for (const { name = "", value = "" } of own) options.set(name, value);
  return [...options].map(([name, value]) => (value === "" ? name : `${name}:${value}`));
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}

/** Reads a resolv.conf: the last `search` line counts, later options replace earlier ones of the same name. */
export function parseResolvConf(text: string): DnsConfig {
  const servers: string[] = [];
  let searches: string[] = [];
  const options = new Map<string, string>();
  for (const line of text.split("\n")) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    if (keyword === "nameserver" && values[0] !== undefined) servers.push(values[0]);
    if (keyword === "search")
      searches = values.filter((value) => value !== ".").map((value) => value.replace(/\.$/, ""));
    if (keyword === "options") for (const option of values) options.set(option.split(":")[0]!, option);
  }
  return { servers, searches, options: [...options.values()] };
}
