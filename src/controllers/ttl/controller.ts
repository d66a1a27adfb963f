import { Node } from "../../api/core/v1/node.ts";
import { mergePatch } from "../../client/client.ts";
import { type Controller, defineController, settled } from "../../reconciler/controller.ts";
import { keptSeconds } from "./plan.ts";

const ANNOTATION = "node.alpha.kubernetes.io/ttl";

/** Tells every kubelet for how long it may keep what it has read of Secrets and ConfigMaps. */
export function ttlController(): Controller {
  let seconds = 0;
  return defineController({
    name: "ttl",
    user: "system:serviceaccount:kube-system:ttl-controller",
    reconciles: Node,
    async reconcile(key, { cache, client, because, signal }) {
      seconds = keptSeconds(cache.list(Node).length, seconds);
      const node = cache.get(Node, key);
      if (node === undefined || node.metadata.annotations?.[ANNOTATION] === String(seconds)) return settled;
      because("the size of the cluster says how long kubelets may remember");
      const { uid } = node.metadata;
      const patch = mergePatch({ metadata: { uid, annotations: { [ANNOTATION]: String(seconds) } } });
      await client.patch(Node, node.metadata, patch, { signal });
      return settled;
    },
  }) as unknown as Controller;
}
