import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { objectIdentifier, octetString, sequence, tagged, yes } from "./der.ts";
import {
  distinguishedName,
  extension,
  generalName,
  keyIdentifier,
  keyUsage,
  keyUsages,
  oid,
  signedCertificate,
  type Subject,
  subjectOf,
} from "./x509.ts";

/** PEM texts: a certificate and its private key (PKCS#8). */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateRequest {
  readonly subject: Subject;
  readonly usages: readonly ("server auth" | "client auth")[];
  /** Names and addresses that a server is reached by. */
  readonly names?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

const extendedUsages = { "server auth": "1.3.6.1.5.5.7.3.1", "client auth": "1.3.6.1.5.5.7.3.2" } as const;
/** What either end of a TLS connection does with its key. */
const SERVES = keyUsages["digital signature"] | keyUsages["key encipherment"];

/** A new ECDSA key on P-256, as PKCS#8 PEM. */
export function generateKey(): string {
  return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({
    type: "pkcs8",
    format: "pem",
  }) as string;
}

/** Makes an authority that signs itself. */
export function createAuthority(
  subject: Subject,
  { notBeforeMs, notAfterMs }: { notBeforeMs: number; notAfterMs: number },
): KeyPair {
  const key = generateKey();
  const privateKey = createPrivateKey(key);
  const publicKey = createPublicKey(privateKey);
  const identifier = keyIdentifier(publicKey);
  const name = distinguishedName(subject);
  const certificate = signedCertificate(privateKey, {
    issuer: name,
    subject: name,
    publicKey,
    notBeforeMs,
    notAfterMs,
    extensions: [
      extension(oid.keyUsage, keyUsage(SERVES | keyUsages["cert sign"] | keyUsages["crl sign"]), {
        critical: true,
      }),
      extension(oid.basicConstraints, sequence(yes), { critical: true }),
      extension(oid.subjectKeyIdentifier, octetString(identifier)),
    ],
  });
  return { certificate, key };
}

/** Makes a key and has the authority certify it. */
export function issue(authority: KeyPair, request: CertificateRequest): KeyPair {
  const key = generateKey();
  return { certificate: certify(authority, createPublicKey(key), request), key };
}

/** Certifies somebody's public key. */
export function certify(authority: KeyPair, publicKey: KeyObject, request: CertificateRequest): string {
  const authorityKey = createPrivateKey(authority.key);
  const { subject, usages, names = [], notBeforeMs, notAfterMs } = request;
  const extensions = [
    extension(oid.keyUsage, keyUsage(SERVES), { critical: true }),
    extension(oid.extendedKeyUsage, sequence(...usages.map((usage) => objectIdentifier(extendedUsages[usage])))),
    extension(oid.basicConstraints, sequence(), { critical: true }),
    authorityIdentifier(authorityKey),
  ];
  if (names.length > 0) extensions.push(extension(oid.subjectAltName, sequence(...names.map(generalName))));
  return signedCertificate(authorityKey, {
    issuer: subjectOf(authority.certificate),
    subject: distinguishedName(subject),
    publicKey,
    notBeforeMs,
    notAfterMs,
    extensions,
  });
}

/** Tells by which key a certificate is signed. */
export function authorityIdentifier(authorityKey: KeyObject): Buffer {
  const identifier = tagged(0, keyIdentifier(createPublicKey(authorityKey)), { constructed: false });
  return extension(oid.authorityKeyIdentifier, sequence(identifier));
}
