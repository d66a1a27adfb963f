import { createHash, type KeyObject, randomBytes, sign } from "node:crypto";
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

/** The parts that certificates, and requests for them, are made of. */
export const oid = {
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
  extensionRequest: "1.2.840.113549.1.9.14",
} as const;

/** The bits of keyUsage, from the highest. */
export const keyUsages = {
  "digital signature": 0x8000,
  "content commitment": 0x4000,
  "key encipherment": 0x2000,
  "data encipherment": 0x1000,
  "key agreement": 0x0800,
  "cert sign": 0x0400,
  "crl sign": 0x0200,
  "encipher only": 0x0100,
  "decipher only": 0x0080,
} as const;

/** A person, a component or an authority, by name. */
export interface Subject {
  readonly commonName: string;
  readonly organizations?: readonly string[];
}

export function toPem(label: string, bytes: Uint8Array): string {
  const lines =
    Buffer.from(bytes)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** What stands in the first block; text before and behind it is nothing to a reader. @throws {Error} where that is another's */
export function fromPem(label: string, pem: string): Buffer {
  const [, found, content] = BLOCK.exec(pem) ?? [];
  if (found !== label) throw new Error(`PEM block type must be ${label}`);
  return Buffer.from(content!, "base64");
}

const BLOCK = /-----BEGIN ([^-]+)-----([\s\S]*?)-----END \1-----/;

export interface Body {
  /** Names as they stand in certificates. */
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly extensions: readonly Buffer[];
}

export function signedCertificate(signer: KeyObject, body: Body): string {
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

export function distinguishedName({ commonName, organizations = [] }: Subject): Buffer {
  const part = (type: string, value: string) => set(sequence(objectIdentifier(type), utf8String(value)));
  // One set for all organizations, as Go writes them; DER wants the members of a set in order.
  const values = organizations.map((value) => sequence(objectIdentifier(oid.organization), utf8String(value)));
  const sorted = values.toSorted(Buffer.compare);
  return sequence(...(sorted.length === 0 ? [] : [set(...sorted)]), part(oid.commonName, commonName));
}

export function extension(id: string, value: Uint8Array, { critical = false } = {}): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [yes] : []), octetString(value));
}

/** A string of bits ends with its lowest one that is set. */
export function keyUsage(bits: number): Buffer {
  const bytes = (bits & 0xff) === 0 ? [bits >> 8] : [bits >> 8, bits & 0xff];
  const last = bytes.at(-1)!;
  return bitString(Buffer.from(bytes), 31 - Math.clz32(last & -last));
}

export function generalName(name: string): Buffer {
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
export function keyIdentifier(key: KeyObject): Buffer {
  const [, bits] = children(readDer(key.export({ type: "spki", format: "der" }))[0]);
  return createHash("sha1").update(bits!.content.subarray(1)).digest();
}

/** The subject of a certificate as it stands there, to be an issuer elsewhere. */
export function subjectOf(pem: string): Buffer {
  const [signed] = children(readDer(fromPem("CERTIFICATE", pem))[0]);
  // version, serial number, algorithm, issuer, validity, subject
  return children(signed)[5]!.whole;
}
