import { Node } from "../../api/core/v1/node.ts";
import { mergePatch } from "../../client/client.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";
import { PodNetworks } from "./plan.ts";

/** Gives every node its part of the cluster's networks for pods. @param clusterNetworks such as `10.244.0.0/16`. */
export function nodeIpamController(clusterNetworks: readonly string[]): Controller {
  const networks = new PodNetworks(clusterNetworks);
  let hasRead = false;
  return defineController({
    name: "node-ipam",
    user: "system:serviceaccount:kube-system:node-controller",
    reconciles: Node,
    workers: 1,
    async reconcile(key, { cache, client, events, because, signal }) {
      // What is given away already must be known before anything else is.
      if (!hasRead)
        for (const { metadata, spec } of cache.list(Node)) networks.take(metadata.name, spec.podCIDRs ?? []);
      hasRead = true;
      const node = cache.get(Node, key);
      if (node === undefined) {
        networks.release(key);
        return settled;
      }
      const present = node.spec.podCIDRs ?? [];
      if (present.length > 0) {
        networks.take(key, present);
        return settled;
      }
      const podCIDRs = networks.allocate(key);
      if (podCIDRs === undefined) {
        events.record(node, "Normal", "CIDRNotAvailable", `Node ${key} status is now: CIDRNotAvailable`);
        throw new Error(`no network for pods is left for node ${key}`);
      }
      because("the node has no network for its pods");
      const { uid } = node.metadata;
      await client.patch(
        Node,
        node.metadata,
        mergePatch({ metadata: { uid }, spec: { podCIDR: podCIDRs[0], podCIDRs } }),
        {
          signal,
        },
      );
      return settled;
    },
  }) as unknown as Controller;
}
