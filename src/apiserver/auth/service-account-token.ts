import { quoted } from "../../machinery/issue.ts";
import type { KubeObject } from "../../machinery/object.ts";
import { notFoundError } from "../../machinery/status.ts";
import { parseTime } from "../../machinery/time.ts";
import type { TokenClaims, TokenSigner } from "../tokens.ts";
import { ALL_AUTHENTICATED, CREDENTIAL_ID, NODE_NAME, NODE_UID, POD_NAME, POD_UID } from "./groups.ts";
import { serviceAccountGroups, serviceAccountUser } from "./service-account.ts";
import type { TokenAuthenticator, TokenVerdict } from "./token.ts";
import type { User } from "./user.ts";

/** Where the objects are looked up that a token is bound to: from memory, at once. */
export interface BoundObjects {
  get(resource: BoundResource, namespace: string, name: string): KubeObject | undefined;
}

export type BoundResource = "serviceaccounts" | "pods" | "secrets" | "nodes";

export interface ServiceAccountTokenOptions {
  readonly signer: TokenSigner;
  readonly objects: BoundObjects;
  readonly issuer: string;
  /** What a token is good for if it names no audience, and what a request asks for if it names none. */
  readonly apiAudiences: readonly string[];
}

/** Clocks of other machines may differ this much. */
const LEEWAY_SECONDS = 60;
/** How many verified tokens are remembered: a signature costs far more to check than to look up. */
const REMEMBERED_TOKENS = 4096;

interface Verified {
  readonly claims: TokenClaims;
  readonly user: User;
}

/**
 * Knows the tokens of ServiceAccounts. A token lives no longer than the objects it is bound to, so these are looked up at
 * every request; only the signature's verdict is remembered.
 */
export function serviceAccountTokens(options: ServiceAccountTokenOptions): TokenAuthenticator {
  const verified = new Map<string, Verified>();
  return (token, audiences, nowMs) => {
    let known = verified.get(token);
    if (known === undefined) {
      const claims = options.signer.verify(token);
      // A token of another issuer may be known to another authenticator.
      if (claims === undefined || claims.iss !== options.issuer) return { type: "unknown" };
      if (claims["kubernetes.io"] === undefined) return invalid("service account token claims could not be validated");
      known = { claims, user: userOf(claims) };
      if (verified.size >= REMEMBERED_TOKENS) verified.delete(verified.keys().next().value!);
      verified.set(token, known);
    }
    return judge(known, audiences, nowMs, options);
  };
}

function judge(
  { claims, user }: Verified,
  requested: readonly string[],
  nowMs: number,
  { objects, apiAudiences }: ServiceAccountTokenOptions,
): TokenVerdict {
  const own = claims.aud.length === 0 ? apiAudiences : claims.aud;
  const audiences = own.filter((audience) => requested.includes(audience));
  if (audiences.length === 0) {
    return invalid(`token audiences ${quotedList(own)} is invalid for the target audiences ${quotedList(requested)}`);
  }
  const error = timeError(claims, nowMs / 1000) ?? bindingError(claims, nowMs, objects);
  return error === undefined ? { type: "user", user, audiences } : invalid(error);
}

function timeError(claims: TokenClaims, now: number): string | undefined {
  if (now + LEEWAY_SECONDS < claims.nbf) return "service account token is not valid yet";
  if (now - LEEWAY_SECONDS > claims.exp) return "service account token has expired";
  return now + LEEWAY_SECONDS < claims.iat ? "service account token is issued in the future" : undefined;
}

const INVALIDATED = "service account token has been invalidated";

function bindingError(claims: TokenClaims, nowMs: number, objects: BoundObjects): string | undefined {
  const { namespace, serviceaccount, pod, secret, node } = claims["kubernetes.io"]!;
  const account = objects.get("serviceaccounts", namespace, serviceaccount.name);
  if (account === undefined) return notFoundError({ group: "", name: "serviceaccounts" }, serviceaccount.name).message;
  const { uid } = account.metadata;
  if (uid !== serviceaccount.uid) return `service account UID (${uid}) does not match claim (${serviceaccount.uid})`;
  if (isGone(account, nowMs)) return `service account ${namespace}/${serviceaccount.name} has been deleted`;
  return (
    refError("secret", secret, secret && objects.get("secrets", namespace, secret.name), nowMs) ??
    refError("pod", pod, pod && objects.get("pods", namespace, pod.name), nowMs) ??
    // A pod's token tells its node too, but it is bound to the pod alone.
    (pod === undefined ? refError("node", node, node && objects.get("nodes", "", node.name), nowMs) : undefined)
  );
}

function refError(
  kind: "pod" | "secret" | "node",
  ref: { readonly name: string; readonly uid?: string } | undefined,
  object: KubeObject | undefined,
  nowMs: number,
): string | undefined {
  if (ref === undefined) return undefined;
  if (object === undefined) return INVALIDATED;
  const { uid } = object.metadata;
  if (uid !== ref.uid) {
    return `${kind} UID (${uid}) does not match service account ${kind} ref claim (${ref.uid ?? ""})`;
  }
  return isGone(object, nowMs) ? INVALIDATED : undefined;
}

/** Its time to end came, with leeway: until then a pod that shuts down keeps its identity. */
function isGone(object: KubeObject, nowMs: number): boolean {
  const { deletionTimestamp } = object.metadata;
  return deletionTimestamp !== undefined && parseTime(deletionTimestamp) < nowMs - LEEWAY_SECONDS * 1000;
}

function userOf(claims: TokenClaims): User {
  const { namespace, serviceaccount, pod, node } = claims["kubernetes.io"]!;
  return {
    name: serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    groups: [...serviceAccountGroups(namespace), ALL_AUTHENTICATED],
    extra: {
      ...(claims.jti === undefined || claims.jti === "" ? {} : { [CREDENTIAL_ID]: [`JTI=${claims.jti}`] }),
      ...(node === undefined ? {} : { [NODE_NAME]: [node.name] }),
      ...(node?.uid === undefined || node.uid === "" ? {} : { [NODE_UID]: [node.uid] }),
      ...(pod === undefined ? {} : { [POD_NAME]: [pod.name], [POD_UID]: [pod.uid] }),
    },
  };
}

function quotedList(values: readonly string[]): string {
  return `[${values.map(quoted).join(" ")}]`;
}

function invalid(error: string): TokenVerdict {
  return { type: "invalid", error };
}
