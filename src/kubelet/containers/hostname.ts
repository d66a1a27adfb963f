import type { Pod } from "../../api/generated/core-v1.ts";
import { namespaceOf } from "./names.ts";

const LONGEST_HOSTNAME = 63;
/** The kernel's limit. */
const LONGEST_NODENAME = 64;

export interface HostName {
  readonly hostname: string;
  /** The domain behind it, "" without a subdomain. */
  readonly domain: string;
}

/** The pod's name on its network: `spec.hostname` or its own name, under `<subdomain>.<namespace>.svc.<cluster domain>`. */
export function hostNameOf(pod: Pod, clusterDomain: string): HostName {
  if (pod.spec.hostnameOverride !== undefined) {
    return { hostname: truncated(pod.spec.hostnameOverride), domain: "" };
  }
  const own = pod.spec.hostname ?? "";
  const subdomain = pod.spec.subdomain ?? "";
  return {
    hostname: truncated(own === "" ? pod.metadata.name : own),
    domain: subdomain === "" ? "" : `${subdomain}.${namespaceOf(pod)}.svc.${clusterDomain}`,
  };
}

/** What `hostname` says inside the pod. @throws Error where the fully qualified name is asked for and too long. */
export function kernelHostName({ hostname, domain }: HostName, setHostnameAsFQDN: boolean): string {
  if (!setHostnameAsFQDN || domain === "") return hostname;
  const full = `${hostname}.${domain}`;
  if (full.length > LONGEST_NODENAME) {
    throw new Error(
      `Failed to construct FQDN from Pod hostname and cluster domain, FQDN ${full} is too long (${LONGEST_NODENAME} characters is the max, ${full.length} characters requested)`,
    );
  }
  return full;
}

/** A hostname is a label of 63 characters at most, and ends with a letter or a digit. */
function truncated(hostname: string): string {
  return hostname.length <= LONGEST_HOSTNAME ? hostname : hostname.slice(0, LONGEST_HOSTNAME).replace(/[-.]+$/, "");
}
