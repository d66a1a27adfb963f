import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { type PemBlock, pemBlocks } from "./pem.ts";

/** What Go's TLS says of a certificate and a key, in PEM, that do not belong together or are none; undefined where they do. */
export function keyPairProblem(certificate: string, key: string): string | undefined {
  const blocks = [...pemBlocks(certificate)];
  const first = blocks.find(({ type }) => type === "CERTIFICATE");
  if (first === undefined) return noCertificate(blocks);
  const keyBlocks = [...pemBlocks(key)];
  const keyBlock = keyBlocks.find(({ type }) => type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY"));
  if (keyBlock === undefined) return noKey(keyBlocks);
  const known = readCertificate(first.bytes);
  if (known === undefined) return "x509: malformed certificate";
  const privateKey = readKey(keyBlock.bytes);
  if (privateKey === undefined) return "tls: failed to parse private key";
  if (!TYPES.has(privateKey.asymmetricKeyType)) return "tls: found unknown private key type in PKCS#8 wrapping";
  const { publicKey } = known;
  if (!TYPES.has(publicKey.asymmetricKeyType)) return "tls: unknown public key algorithm";
  if (privateKey.asymmetricKeyType !== publicKey.asymmetricKeyType) {
    return "tls: private key type does not match public key type";
  }
  return createPublicKey(privateKey).equals(publicKey) ? undefined : "tls: private key does not match public key";
}

/** What TLS has certificates for. */
const TYPES: ReadonlySet<KeyObject["asymmetricKeyType"]> = new Set(["rsa", "ec", "ed25519"]);

function noCertificate(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return "tls: failed to find any PEM data in certificate input";
  if (blocks.length === 1 && blocks[0]!.type.endsWith("PRIVATE KEY")) {
    return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  }
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: ${listed(blocks)}`;
}

function noKey(blocks: readonly PemBlock[]): string {
  if (blocks.length === 0) return "tls: failed to find any PEM data in key input";
  if (blocks.length === 1 && blocks[0]!.type === "CERTIFICATE") {
    return "tls: found a certificate rather than a key in the PEM for the private key";
  }
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: ${listed(blocks)}`;
}

function listed(blocks: readonly PemBlock[]): string {
  return `[${blocks.map(({ type }) => type).join(" ")}]`;
}

function readCertificate(bytes: Buffer): X509Certificate | undefined {
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}

/** A key in whichever of the three wrappings. */
function readKey(key: Buffer): KeyObject | undefined {
  for (const type of ["pkcs1", "pkcs8", "sec1"] as const) {
    try {
      return createPrivateKey({ key, format: "der", type });
    } catch {
      // In another wrapping, or none.
    }
  }
  return undefined;
}
