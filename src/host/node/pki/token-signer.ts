import type { KeyObject } from "node:crypto";
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { TokenClaims, TokenSigner } from "../../../apiserver/tokens.ts";

/** A signer, and what others need to check its tokens. */
export interface PublishedTokenSigner extends TokenSigner {
  /** The answer of `/openid/v1/jwks`. */
  readonly keySet: { readonly keys: readonly Readonly<Record<string, unknown>>[] };
}

/** Tokens whose signature was good once are remembered: a check costs more than all else of a request together. */
const MOST_REMEMBERED = 4096;

/** A longer token is not one of ours, and not worth the work. */
const MOST_TOKEN_CHARACTERS = 16 * 1024;

/**
 * @param signingKey a private key in PEM: ECDSA on P-256, or RSA.
 * @param formerKeys public keys in PEM whose tokens are still good.
 */
export function createTokenSigner(signingKey: string, formerKeys: readonly string[] = []): PublishedTokenSigner {
  const privateKey = createPrivateKey(signingKey);
  const own = verificationKey(createPublicKey(privateKey));
  const keys = [own, ...formerKeys.map((pem) => verificationKey(createPublicKey(pem)))];
  const header = encodePart({ alg: own.algorithm, kid: own.id });
  const remembered = new Map<string, TokenClaims>();
  return {
    sign(claims) {
      const signed = `${header}.${encodePart(claims)}`;
      const signature = sign("sha256", Buffer.from(signed), { key: privateKey, dsaEncoding: "ieee-p1363" });
      return `${signed}.${signature.toString("base64url")}`;
    },
    verify(token) {
      const known = remembered.get(token);
      if (known !== undefined) return known;
      const claims = verifyToken(token, keys);
      if (claims === undefined) return undefined;
      if (remembered.size >= MOST_REMEMBERED) remembered.clear();
      remembered.set(token, claims);
      return claims;
    },
    keySet: {
      keys: keys.map(({ key, id, algorithm }) => ({
        use: "sig",
        ...key.export({ format: "jwk" }),
        kid: id,
        alg: algorithm,
      })),
    },
  };
}

/** The answer of `/.well-known/openid-configuration`, by which others find the keys of our tokens. */
export function discoveryDocument(
  issuer: string,
  keySetUrl: string,
  signer: PublishedTokenSigner,
): Readonly<Record<string, unknown>> {
  return {
    issuer,
    jwks_uri: keySetUrl,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(signer.keySet.keys.map(({ alg }) => alg))],
  };
}

interface VerificationKey {
  readonly key: KeyObject;
  readonly id: string;
  readonly algorithm: "ES256" | "RS256";
}

/** The id is a digest of the public key, as in Kubernetes. */
function verificationKey(key: KeyObject): VerificationKey {
  const id = createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("base64url");
  return { key, id, algorithm: key.asymmetricKeyType === "rsa" ? "RS256" : "ES256" };
}

function verifyToken(token: string, keys: readonly VerificationKey[]): TokenClaims | undefined {
  const parts = token.split(".");
  if (parts.length !== 3 || token.length > MOST_TOKEN_CHARACTERS) return undefined;
  const header = decodePart(parts[0]!);
  const claims = decodePart(parts[1]!);
  if (header === undefined || claims === undefined) return undefined;
  const signed = Buffer.from(`${parts[0]}.${parts[1]}`);
  const signature = Buffer.from(parts[2]!, "base64url");
  const good = keys.some(
    ({ key, id, algorithm }) =>
      header["alg"] === algorithm &&
      (header["kid"] === undefined || header["kid"] === id) &&
      verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature),
  );
  if (!good) return undefined;
  // A single audience may be written without its list.
  return Object.freeze({ ...claims, aud: [claims["aud"] ?? []].flat() }) as unknown as TokenClaims;
}

function encodePart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function decodePart(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
