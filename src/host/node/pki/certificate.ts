import type { KeyObject } from "node:crypto";
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { isIP } from "node:net";
import {
  bitString,
  children,
  integer,
  objectIdentifier,
  octetString,
  readDer,
  sequence,
  set,
  tagged,
  time,
  utf8String,
  yes,
} from "./der.ts";

/** PEM texts: a certificate and its private key (PKCS#8). */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
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

const oid = {
  commonName: "2.5.4.3",
  organization: "2.5.4.10",
  ecdsaWithSha256: "1.2.840.10045.4.3.2",
  sha256WithRsa: "1.2.840.113549.1.1.11",
  subjectKeyIdentifier: "2.5.29.14",
  keyUsage: "2.5.29.15",
  subjectAltName: "2.5.29.17",
  basicConstraints: "2.5.29.19",
  authorityKeyIdentifier: "2.5.29.35",
  extendedKeyUsage: "2.5.29.37",
} as const;

const extendedUsages = { "server auth": "1.3.6.1.5.5.7.3.1", "client auth": "1.3.6.1.5.5.7.3.2" } as const;

/** The bits of keyUsage, from the highest of the first byte. */
const DIGITAL_SIGNATURE = 0x80;
const KEY_ENCIPHERMENT = 0x20;
const CERTIFICATE_SIGN = 0x04;
const CRL_SIGN = 0x02;

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
      extension(oid.keyUsage, keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT | CERTIFICATE_SIGN | CRL_SIGN), {
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
    extension(oid.keyUsage, keyUsage(DIGITAL_SIGNATURE | KEY_ENCIPHERMENT), { critical: true }),
    extension(oid.extendedKeyUsage, sequence(...usages.map((usage) => objectIdentifier(extendedUsages[usage])))),
    extension(oid.basicConstraints, sequence(), { critical: true }),
    extension(
      oid.authorityKeyIdentifier,
      sequence(tagged(0, keyIdentifier(createPublicKey(authorityKey)), { constructed: false })),
    ),
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

export function toPem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

export function fromPem(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
}

interface Body {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly Buffer[];
}

function signedCertificate(signer: KeyObject, body: Body): string {
  const algorithm = sequence(
    objectIdentifier(signer.asymmetricKeyType === "rsa" ? oid.sha256WithRsa : oid.ecdsaWithSha256),
  );
  const serial = randomBytes(16);
  // Positive, and never zero.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const signed = sequence(
    tagged(0, integer(Buffer.from([2])), { constructed: true }),
    integer(serial),
    algorithm,
    body.issuer,
    sequence(time(body.notBeforeMs), time(body.notAfterMs)),
    body.subject,
    body.publicKey.export({ type: "spki", format: "der" }),
    tagged(3, sequence(...body.extensions), { constructed: true }),
  );
  return toPem("CERTIFICATE", sequence(signed, algorithm, bitString(sign("sha256", signed, signer))));
}

function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const part = (type: string, value: string) => set(sequence(objectIdentifier(type), utf8String(value)));
  // One set for all organizations, as Go writes them; DER wants the members of a set in order.
  const values = organizations.map((value) => sequence(objectIdentifier(oid.organization), utf8String(value)));
  const sorted = values.toSorted(Buffer.compare);
  return sequence(...(sorted.length === 0 ? [] : [set(...sorted)]), part(oid.commonName, commonName));
}

function extension(id: string, value: Uint8Array, { critical = false } = {}): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [yes] : []), octetString(value));
}

/** A string of bits ends with its lowest one that is set. */
function keyUsage(bits: number): Buffer {
  return bitString(Buffer.from([bits]), 31 - Math.clz32(bits & -bits));
}

function generalName(name: string): Buffer {
  if (isIP(name) === 0) return tagged(2, Buffer.from(name), { constructed: false });
  return tagged(7, addressBytes(name), { constructed: false });
}

/** 4 bytes for IPv4, 16 for IPv6. */
export function addressBytes(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split(".").map(Number));
  // The parser of URLs writes an address in its shortest form, without an IPv4 tail.
  const short = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head, tail] = short.split("::").map((half) => (half === "" ? [] : half.split(":")));
  const groups =
    tail === undefined ? head! : [...head!, ...Array<string>(8 - head!.length - tail.length).fill("0"), ...tail];
  const bytes = Buffer.alloc(16);
  for (const [index, group] of groups.entries()) bytes.writeUInt16BE(Number.parseInt(group, 16), 2 * index);
  return bytes;
}

/** RFC 5280's first method: the SHA-1 of the key's bits. */
function keyIdentifier(key: KeyObject): Buffer {
  const [, bits] = children(readDer(key.export({ type: "spki", format: "der" }))[0]);
  return createHash("sha1").update(bits!.content.subarray(1)).digest();
}

/** The subject of a certificate as it stands there, to be an issuer elsewhere. */
function subjectOf(pem: string): Buffer {
  const [signed] = children(readDer(fromPem(pem))[0]);
  // version, serial number, algorithm, issuer, validity, subject
  return children(signed)[5]!.whole;
}
