import type { Node } from "../api/generated/core-v1.ts";
import { networkContains, parseIp, parseNetwork } from "../base/ip.ts";
import type { Lookup } from "./admission/lookup.ts";

/**
 * The nodes' own APIs as ways to their pods, for a machine that has no routes to these.
 * @returns where the node listens that has a pod's address; undefined for addresses of no node's pods
 */
export function doorsOfNodes(
  lookup: Lookup,
): (address: string) => { readonly host: string; readonly port: number } | undefined {
  return (text) => {
    const address = parseIp(text);
    if (address === undefined) return undefined;
    const node = lookup.list<Node>("core/nodes").find(({ spec }) =>
      (spec.podCIDRs ?? []).some((cidr) => {
        const network = parseNetwork(cidr);
        return network !== undefined && networkContains(network, address);
      }),
    );
    const host = node?.status.addresses?.find(({ type }) => type === "InternalIP")?.address;
    const port = node?.status.daemonEndpoints?.kubeletEndpoint?.Port;
    return host === undefined || port === undefined ? undefined : { host, port };
  };
}
