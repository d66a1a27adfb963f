import { endOfToken, TOKENS } from "../../api/bootstrap/token.ts";
import { Secret } from "../../api/core/v1/secret.ts";
import { isStatus } from "../../machinery/status.ts";
import { type Controller, defineController, scoped, settled } from "../../reconciler/controller.ts";

/** Deletes bootstrap tokens whose time is over. */
export function tokenCleaner(): Controller {
  return defineController({
    name: "tokencleaner",
    user: "system:serviceaccount:kube-system:token-cleaner",
    reconciles: Secret,
    scopes: [scoped(Secret, TOKENS)],
    async reconcile(key, { cache, client, clock, because, signal }) {
      const secret = cache.get(Secret, key);
      if (secret === undefined) return settled;
      const leftMs = endOfToken(secret) - clock.now();
      if (leftMs > 0) return leftMs === Infinity ? settled : { recheckAfterMs: leftMs };
      because("the token's time is over");
      const { uid } = secret.metadata;
      await client.delete(Secret, secret.metadata, { uid, signal }).catch((error: unknown) => {
        if (!isStatus(error, "NotFound", "Conflict")) throw error;
      });
      return settled;
    },
  }) as unknown as Controller;
}
