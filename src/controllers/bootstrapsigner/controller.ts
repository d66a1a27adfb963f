import { CLUSTER_INFO, TOKENS } from "../../api/bootstrap/token.ts";
import { ConfigMap } from "../../api/core/v1/config-map.ts";
import { Secret } from "../../api/core/v1/secret.ts";
import { nameKey } from "../../client/informer.ts";
import { sameJson } from "../../machinery/same-json.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, scoped, settled, watched } from "../../reconciler/controller.ts";
import { nextEnd, planSignatures } from "./plan.ts";

const KEY = nameKey(CLUSTER_INFO);

/** Signs what the cluster says of itself by every bootstrap token, so that whoever joins knows that it is this cluster. */
export function bootstrapSigner(): Controller {
  return defineController({
    name: "bootstrapsigner",
    user: "system:serviceaccount:kube-system:bootstrap-signer",
    reconciles: ConfigMap,
    watches: [watched(Secret, () => [KEY])],
    scopes: [
      scoped(ConfigMap, { namespace: CLUSTER_INFO.namespace, fieldSelector: `metadata.name=${CLUSTER_INFO.name}` }),
      scoped(Secret, TOKENS),
    ],
    async reconcile(key, { cache, client, clock, because, signal }) {
      const info = cache.get(ConfigMap, key);
      if (info === undefined) return settled;
      const now = clock.now();
      const tokens = cache.list(Secret);
      const data = planSignatures(info.data ?? {}, tokens, now);
      const endMs = nextEnd(tokens, now);
      if (data !== undefined && !sameJson(data, info.data ?? {})) {
        because("its signatures are not those of the tokens there are");
        await client.update(ConfigMap, { ...info, data }, { signal }).catch((error: unknown) => {
          if (!isStatus(error, "NotFound")) throw error;
        });
      }
      return endMs === Infinity ? settled : { recheckAfterMs: endMs - now };
    },
  }) as unknown as Controller;
}
