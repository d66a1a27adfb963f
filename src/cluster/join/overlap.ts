import { networksOverlap, parseNetwork } from "../../base/ip.ts";
import type { HostNetwork } from "../../host/node/machine/networks.ts";

/**
 * Why a cluster's networks do not go with those that a machine has already: packets for one would go to the other.
 * @param cluster networks by what they are for; several are apart by commas
 * @returns undefined where they do
 */
export function overlapProblem(
  cluster: Readonly<Record<string, string>>,
  host: readonly HostNetwork[],
): string | undefined {
  for (const [what, networks] of Object.entries(cluster)) {
    for (const text of networks.split(",")) {
      const taken = host.find(({ cidr }) => overlap(text, cidr));
      if (taken === undefined) continue;
      return `the cluster's network for ${what}, ${text}, overlaps ${taken.cidr}, which this machine has on ${taken.device}: a cluster with another --${what.slice(0, -1)}-cidr would do`;
    }
  }
  return undefined;
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parseNetwork(one), parseNetwork(other)];
  return a !== undefined && b !== undefined && networksOverlap(a, b);
}
