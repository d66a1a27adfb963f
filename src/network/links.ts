import { type IpNetwork, parseNetwork } from "../base/ip.ts";
import type { ObjectMeta } from "../machinery/object.ts";
import type { LinkRoute } from "./plan.ts";

/**
 * The networks that are on a node's links, with commas between. Each agent writes them on its own Node, since a node alone knows
 * whom it reaches without a gateway, and all have to agree on who reaches whom, and who answers for an address.
 */
export const LINKS_ANNOTATION = "wherry.dev/links";

/** The node of the machine within which a node is; it says so itself, since nobody else could know. */
export const MACHINE_ANNOTATION = "wherry.dev/machine";

/** What a node writes on itself: networks of its pods and ways through gateways are no links. */
export function linksNote(links: readonly LinkRoute[], podCIDRs: readonly string[]): string {
  const networks = links.flatMap(({ network, gateway }) => (gateway === undefined ? [network] : []));
  return [...new Set(networks)]
    .filter((network) => !podCIDRs.includes(network) && !network.startsWith("fe80:"))
    .toSorted()
    .join(",");
}

/** What a node has written on itself; undefined where it has not yet. */
export function linksOf({ annotations }: Pick<ObjectMeta, "annotations">): readonly IpNetwork[] | undefined {
  return annotations?.[LINKS_ANNOTATION]?.split(",").flatMap((text) => parseNetwork(text) ?? []);
}
