import { createPrivateKey, X509Certificate } from "node:crypto";
import type {
  CertificateReader,
  CertificateSigner,
  IssuedCertificate,
  SigningTerms,
} from "../../../api/certificates/reader.ts";
import { authorityIdentifier, type KeyPair } from "./certificate.ts";
import { objectIdentifier, sequence } from "./der.ts";
import { keyPairProblem } from "./key-pair.ts";
import { readSigningRequest } from "./signing-request.ts";
import { extension, keyUsage, keyUsages, oid, signedCertificate, subjectOf } from "./x509.ts";

/** Reads what clients send and what signers issue. */
export const certificateReader: CertificateReader = {
  readRequest: readSigningRequest,
  readCertificates,
  keyPairProblem,
};

/** The cluster's authority, as the certificates API uses it. */
export function certificateSigner(authority: KeyPair): CertificateSigner {
  return { ...certificateReader, sign: (request, terms) => signRequest(authority, request, terms) };
}

/** Kubernetes' names of extended usages, in the order in which Go writes them. */
const EXTENDED: readonly (readonly [string, string])[] = [
  ["any", "2.5.29.37.0"],
  ["server auth", "1.3.6.1.5.5.7.3.1"],
  ["client auth", "1.3.6.1.5.5.7.3.2"],
  ["code signing", "1.3.6.1.5.5.7.3.3"],
  ["email protection", "1.3.6.1.5.5.7.3.4"],
  ["s/mime", "1.3.6.1.5.5.7.3.4"],
  ["ipsec end system", "1.3.6.1.5.5.7.3.5"],
  ["ipsec tunnel", "1.3.6.1.5.5.7.3.6"],
  ["ipsec user", "1.3.6.1.5.5.7.3.7"],
  ["timestamping", "1.3.6.1.5.5.7.3.8"],
  ["ocsp signing", "1.3.6.1.5.5.7.3.9"],
  ["microsoft sgc", "1.3.6.1.4.1.311.10.3.3"],
  ["netscape sgc", "2.16.840.1.113730.4.1"],
];

const BITS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(keyUsages),
  ["signing", keyUsages["digital signature"]],
]);

function signRequest(authority: KeyPair, pem: string, { usages, notBeforeMs, notAfterMs }: SigningTerms): string {
  const { subject, alternativeNames, publicKey } = readSigningRequest(pem);
  const key = createPrivateKey(authority.key);
  const endMs = Date.parse(new X509Certificate(authority.certificate).validTo);
  if (notBeforeMs >= endMs) throw new Error(`the signer has expired: NotAfter=${new Date(endMs).toISOString()}`);
  const bits = usages.reduce((all, usage) => all | (BITS.get(usage) ?? 0), 0);
  const extended = new Set(EXTENDED.filter(([usage]) => usages.includes(usage)).map(([, id]) => id));
  const extensions = [extension(oid.basicConstraints, sequence(), { critical: true }), authorityIdentifier(key)];
  if (extended.size > 0) {
    extensions.unshift(extension(oid.extendedKeyUsage, sequence(...[...extended].map(objectIdentifier))));
  }
  if (bits !== 0) extensions.unshift(extension(oid.keyUsage, keyUsage(bits), { critical: true }));
  if (alternativeNames.length > 0) extensions.push(extension(oid.subjectAltName, sequence(...alternativeNames)));
  return signedCertificate(key, {
    issuer: subjectOf(authority.certificate),
    subject,
    publicKey,
    notBeforeMs,
    notAfterMs: Math.min(notAfterMs, endMs),
    extensions,
  });
}

const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function readCertificates(pem: string): readonly IssuedCertificate[] {
  const blocks = pem.match(BLOCK) ?? [];
  return blocks.map((block) => ({ notAfterMs: Date.parse(new X509Certificate(block).validTo) }));
}
