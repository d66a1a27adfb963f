import { detachedSignature, signatureKey, SIGNATURE_PREFIX } from "../../api/bootstrap/signature.ts";
import { endOfToken, signingToken } from "../../api/bootstrap/token.ts";
import type { Secret } from "../../api/generated/core-v1.ts";

type Data = Readonly<Record<string, string>>;

/** What `cluster-info` is to hold: its text, signed by every token that may; undefined where there is nothing to sign. */
export function planSignatures(data: Data, secrets: readonly Secret[], nowMs: number): Data | undefined {
  const content = data["kubeconfig"];
  if (content === undefined) return undefined;
  const plain = Object.entries(data).filter(([key]) => !key.startsWith(SIGNATURE_PREFIX));
  const tokens = secrets.map((secret) => signingToken(secret, nowMs)).filter((token) => token !== undefined);
  const signatures = tokens.map((token) => [signatureKey(token.id), detachedSignature(content, token)] as const);
  return Object.fromEntries([...plain, ...signatures]);
}

/** When the next of these tokens ends, and its signature is to go; Infinity where none does. */
export function nextEnd(secrets: readonly Secret[], nowMs: number): number {
  return Math.min(Infinity, ...secrets.map(endOfToken).filter((end) => end > nowMs));
}
