import type { HostAlias } from "../../api/generated/core-v1.ts";

const HEADER = "# Kubernetes-managed hosts file.\n";
const HEADER_ON_HOST_NETWORK = "# Kubernetes-managed hosts file (host network).\n";

/** `/etc/hosts` of a pod with a network of its own. */
export function managedHostsFile(
  podIPs: readonly string[],
  hostname: string,
  domain: string,
  aliases: readonly HostAlias[],
): string {
  const names = domain === "" ? hostname : `${hostname}.${domain}\t${hostname}`;
  return [
    HEADER,
    "127.0.0.1\tlocalhost\n",
    "::1\tlocalhost ip6-localhost ip6-loopback\n",
    "fe00::0\tip6-localnet\n",
    "fe00::0\tip6-mcastprefix\n",
    "fe00::1\tip6-allnodes\n",
    "fe00::2\tip6-allrouters\n",
    ...podIPs.map((ip) => `${ip}\t${names}\n`),
    aliasLines(aliases),
  ].join("");
}

/** `/etc/hosts` of a pod on the node's network: the node's own, and the aliases. */
export function hostNetworkHostsFile(nodeHostsFile: string, aliases: readonly HostAlias[]): string {
  return HEADER_ON_HOST_NETWORK + nodeHostsFile + aliasLines(aliases);
}

function aliasLines(aliases: readonly HostAlias[]): string {
  if (aliases.length === 0) return "";
  const lines = aliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join("\t")}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join("")}`;
}
