import type { Secret } from "../../api/core/v1/secret.ts";
import type { ServiceAccount } from "../../api/core/v1/service-account.ts";
import { encodeBase64 } from "../../machinery/base64.ts";

export const TOKEN_TYPE = "kubernetes.io/service-account-token";
const NAME = "kubernetes.io/service-account.name";
const UID = "kubernetes.io/service-account.uid";

/** The account whose token a secret is to hold; undefined for a secret of another kind. */
export function accountOf({ type, metadata }: Secret): { readonly name: string; readonly uid: string } | undefined {
  const { [NAME]: name = "", [UID]: uid = "" } = metadata.annotations ?? {};
  return type === TOKEN_TYPE && name !== "" ? { name, uid } : undefined;
}

/** Whether the account is the one that is meant: another may have come under its name. */
export function isMeant(secret: Secret, account: ServiceAccount): boolean {
  const { uid } = accountOf(secret)!;
  return uid === "" || uid === account.metadata.uid;
}

export function needsToken({ data = {} }: Secret): boolean {
  return !data["token"];
}

/**
 * The secret with all that belongs into it; undefined where nothing is missing.
 * @param rootCa in PEM
 * @param token where the secret has none yet
 */
export function filled(
  secret: Secret,
  account: ServiceAccount,
  rootCa: string,
  token: string | undefined,
): Secret | undefined {
  const { data = {}, metadata } = secret;
  const authority = encodeBase64(rootCa);
  if (token === undefined && data["ca.crt"] === authority && data["namespace"]) return undefined;
  return {
    ...secret,
    metadata: {
      ...metadata,
      annotations: { ...metadata.annotations, [NAME]: account.metadata.name, [UID]: account.metadata.uid },
    },
    data: {
      ...data,
      "ca.crt": authority,
      namespace: data["namespace"] || encodeBase64(metadata.namespace!),
      ...(token === undefined ? {} : { token: encodeBase64(token) }),
    },
  };
}
