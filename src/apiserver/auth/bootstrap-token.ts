import {
  endOfToken,
  groupsOfToken,
  parseToken,
  secretNameOf,
  TOKEN_NAMESPACE,
  TOKEN_TYPE,
  tokenField,
} from "../../api/bootstrap/token.ts";
import type { Secret } from "../../api/generated/core-v1.ts";
import { ALL_AUTHENTICATED } from "./groups.ts";
import type { BoundObjects } from "./service-account-token.ts";
import type { TokenAuthenticator } from "./token.ts";

/** Knows bootstrap tokens: `system:bootstrap:ID` in `system:bootstrappers`, and in the groups that the token names. */
export function bootstrapTokens(objects: BoundObjects): TokenAuthenticator {
  return (text, audiences, nowMs) => {
    const token = parseToken(text);
    if (token === undefined) return { type: "unknown" };
    const secret = objects.get("secrets", TOKEN_NAMESPACE, secretNameOf(token.id)) as Secret | undefined;
    // Kubernetes tells nobody in which way a token is not good.
    if (secret === undefined || !isGood(secret, token, nowMs)) return { type: "unknown" };
    const groups = groupsOfToken(secret);
    if (groups === undefined) return { type: "unknown" };
    const user = { name: `system:bootstrap:${token.id}`, uid: "", groups: [...groups, ALL_AUTHENTICATED], extra: {} };
    return { type: "user", user, audiences };
  };
}

function isGood(secret: Secret, token: { readonly id: string; readonly secret: string }, nowMs: number): boolean {
  return (
    secret.metadata.deletionTimestamp === undefined &&
    secret.type === TOKEN_TYPE &&
    sameText(tokenField(secret, "token-secret"), token.secret) &&
    tokenField(secret, "token-id") === token.id &&
    endOfToken(secret) > nowMs &&
    tokenField(secret, "usage-bootstrap-authentication") === "true"
  );
}

/** Takes as long for what is wrong at its beginning as for what is wrong at its end. */
function sameText(known: string, shown: string): boolean {
  let difference = known.length ^ shown.length;
  for (let at = 0; at < shown.length; at++) difference |= known.charCodeAt(at) ^ shown.charCodeAt(at);
  return difference === 0;
}
