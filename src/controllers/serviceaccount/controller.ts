import { Namespace } from "../../api/core/v1/namespace.ts";
import { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { isStatus } from "../../machinery/status.ts";
import { defineController, settled, watched } from "../../reconciler/controller.ts";
import { isTerminatingNamespace } from "../pods/write.ts";

const NAME = "default";

/** Sees to it that every namespace has the account under which pods act that name none. */
export const serviceAccountController = defineController({
  name: "serviceaccount",
  user: "system:serviceaccount:kube-system:service-account-controller",
  reconciles: Namespace,
  watches: [watched(ServiceAccount, ({ metadata }) => (metadata.name === NAME ? [metadata.namespace!] : []))],
  async reconcile(key, { cache, client, because, signal }) {
    const namespace = cache.get(Namespace, key);
    if (namespace?.status.phase !== "Active") return settled;
    if (cache.get(ServiceAccount, `${key}/${NAME}`) !== undefined) return settled;
    because("the namespace has no default account");
    try {
      await client.create(ServiceAccount, { metadata: { name: NAME, namespace: key } }, { signal });
    } catch (error) {
      if (!isStatus(error, "AlreadyExists") && !isTerminatingNamespace(error)) throw error;
    }
    return settled;
  },
});
