import { hmacSha256 } from "../../base/sha256.ts";
import { bytesToBase64, encodeBase64 } from "../../machinery/base64.ts";
import type { BootstrapToken } from "./token.ts";

const encoder = new TextEncoder();

/**
 * A JWS (RFC 7515) of the content without the content, by the token's secret: `cluster-info` carries one for each token, so
 * that whoever holds a token knows the cluster's own words from a stranger's.
 */
export function detachedSignature(content: string, { id, secret }: BootstrapToken): string {
  const header = urlSafe(encodeBase64(JSON.stringify({ alg: "HS256", kid: id })));
  const signed = encoder.encode(`${header}.${urlSafe(encodeBase64(content))}`);
  return `${header}..${urlSafe(bytesToBase64(hmacSha256(encoder.encode(secret), signed)))}`;
}

/** The member of `cluster-info` with a token's signature. */
export function signatureKey(id: string): string {
  return `${SIGNATURE_PREFIX}${id}`;
}

export const SIGNATURE_PREFIX = "jws-kubeconfig-";

function urlSafe(base64: string): string {
  return base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
