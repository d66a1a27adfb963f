import type { Node } from "../../api/generated/core-v1.ts";
import { PodNetworks } from "../../controllers/nodeipam/plan.ts";
import type { AdminAccess } from "../admin-access.ts";
import { type NodeRecord, readNodes } from "./record.ts";

/** What is known of a cluster's nodes: by the cluster, and by the notes of this machine of those that it has not registered yet. */
export interface KnownNodes {
  readonly registered: readonly Node[];
  readonly own: readonly NodeRecord[];
  /** Which parts of the pods' network are taken. */
  readonly parts: PodNetworks;
}

/** @param clusterPodCidr the addresses of all pods */
export async function knownNodes(
  { access, dataDirectory }: { readonly access: AdminAccess; readonly dataDirectory: string },
  clusterPodCidr: string,
  signal: AbortSignal,
): Promise<KnownNodes> {
  const { items } = (await access.ask("GET", "/api/v1/nodes", signal)) as { readonly items: readonly Node[] };
  const own = readNodes(dataDirectory);
  const parts = new PodNetworks(clusterPodCidr.split(","));
  for (const { metadata, spec } of items) parts.take(metadata.name, spec.podCIDRs ?? []);
  for (const { name, podCidr } of own) parts.take(name, podCidr.split(","));
  return { registered: items, own, parts };
}

/**
 * The part of one node, the same whenever it is asked for; of both families with a comma between. One that is registered keeps
 * what it has: Kubernetes lets no Node change that. @throws with a sentence where all are taken
 */
export function partOf({ parts, registered }: KnownNodes, node: string, clusterPodCidr: string): string {
  const present = registered.find(({ metadata }) => metadata.name === node)?.spec.podCIDRs ?? [];
  const part = present.length > 0 ? present : parts.allocate(node);
  if (part === undefined) throw new Error(`no network for pods is left in ${clusterPodCidr}`);
  return part.join(",");
}
