import { Secret } from "../../api/core/v1/secret.ts";
import { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { isStatus, type StatusReason } from "../../machinery/status.ts";
import {
  type Controller,
  defineController,
  type ReconcileContext,
  scoped,
  settled,
  watched,
} from "../../reconciler/controller.ts";
import { accountOf, filled, isMeant, needsToken, TOKEN_TYPE } from "./plan.ts";

/** The longest that a token may live: in truth it ends with its secret. */
const LIFETIME_SECONDS = 2 ** 32;

/**
 * Fills secrets of type `kubernetes.io/service-account-token` with a token of their account, and deletes them with it. The
 * token is one that any client could ask for, bound to the secret; Kubernetes has an elder form of its own for these.
 * @param rootCa by which those who use the token know the API server, in PEM
 */
export function serviceAccountTokenController(rootCa: string): Controller {
  return defineController({
    name: "serviceaccount-token",
    user: "system:kube-controller-manager",
    reconciles: Secret,
    scopes: [scoped(Secret, { fieldSelector: `type=${TOKEN_TYPE}` })],
    watches: [
      watched(ServiceAccount, ({ metadata }, cache) =>
        cache
          .list(Secret, metadata.namespace)
          .filter((secret) => accountOf(secret)?.name === metadata.name)
          .map((secret) => `${secret.metadata.namespace}/${secret.metadata.name}`),
      ),
    ],
    async reconcile(key, context) {
      const { cache, client, because, signal } = context;
      const secret = cache.get(Secret, key);
      const wanted = secret === undefined ? undefined : accountOf(secret);
      if (secret === undefined || wanted === undefined) return settled;
      const account = await accountNamed(wanted.name, secret, context);
      if (account === undefined || !isMeant(secret, account)) {
        because("the account of the token is gone");
        const { uid } = secret.metadata;
        await client.delete(Secret, secret.metadata, { uid, signal }).catch(unless("NotFound", "Conflict"));
        return settled;
      }
      because("the secret lacks a token of its account");
      const token = needsToken(secret) ? await newToken(secret, account, context) : undefined;
      const next = filled(secret, account, rootCa, token);
      if (next !== undefined) await client.update(Secret, next, { signal }).catch(unless("NotFound", "Conflict"));
      return settled;
    },
  }) as unknown as Controller;
}

/** The account as the cache knows it, or the server: a secret is not deleted for what the cache has not seen yet. */
async function accountNamed(
  name: string,
  { metadata }: Secret,
  { cache, client, signal }: ReconcileContext,
): Promise<ServiceAccount | undefined> {
  const namespace = metadata.namespace!;
  const known = cache.get(ServiceAccount, `${namespace}/${name}`);
  if (known !== undefined) return known;
  try {
    return await client.get(ServiceAccount, { namespace, name }, { signal });
  } catch (error) {
    if (isStatus(error, "NotFound")) return undefined;
    throw error;
  }
}

async function newToken(
  { metadata: { name, uid } }: Secret,
  account: ServiceAccount,
  { client, signal }: ReconcileContext,
): Promise<string> {
  const boundObjectRef = { kind: "Secret", apiVersion: "v1", name, uid };
  const request = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "TokenRequest",
    spec: { audiences: [], expirationSeconds: LIFETIME_SECONDS, boundObjectRef },
  };
  const answer = await client.createSubresource<{ readonly status?: { readonly token: string } }>(
    ServiceAccount,
    account.metadata,
    "token",
    request,
    { signal },
  );
  return answer.status!.token;
}

function unless(...reasons: readonly StatusReason[]): (error: unknown) => void {
  return (error) => {
    if (!isStatus(error, ...reasons)) throw error;
  };
}
