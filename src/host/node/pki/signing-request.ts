import type { KeyObject } from "node:crypto";
import { createPublicKey, verify } from "node:crypto";
import type { DerNode } from "./der.ts";
import { children, dottedOf, readDer } from "./der.ts";
import type { RequestedCertificate } from "../../../api/certificates/reader.ts";
import { fromPem, oid } from "./x509.ts";

/** What a PKCS#10 request asks to have certified, and the parts of it that go into the certificate as they are. */
export interface SigningRequest extends RequestedCertificate {
  readonly subject: Buffer;
  readonly alternativeNames: readonly Buffer[];
  readonly publicKey: KeyObject;
}

/** Digests by the signature's algorithm: ECDSA, RSA and Ed25519, as Go's clients make them. */
const digests: ReadonlyMap<string, string | null> = new Map([
  ["1.2.840.10045.4.3.2", "sha256"],
  ["1.2.840.10045.4.3.3", "sha384"],
  ["1.2.840.10045.4.3.4", "sha512"],
  ["1.2.840.113549.1.1.11", "sha256"],
  ["1.2.840.113549.1.1.12", "sha384"],
  ["1.2.840.113549.1.1.13", "sha512"],
  ["1.3.101.112", null],
]);

/** Reads a request. @throws {Error} if it is malformed, or not signed with the key that it wants certified. */
export function readSigningRequest(pem: string): SigningRequest {
  const [info, algorithm, signature] = children(readDer(fromPem("CERTIFICATE REQUEST", pem))[0]);
  const [, subject, keyInfo, ...attributes] = children(info);
  const digest = digests.get(dottedOf(children(algorithm)[0]!));
  if (digest === undefined || keyInfo === undefined || signature === undefined)
    throw new Error("unknown signature algorithm");
  const publicKey = createPublicKey({ key: keyInfo.whole, type: "spki", format: "der" });
  if (!verify(digest, info!.whole, publicKey, signature.content.subarray(1))) {
    throw new Error("the request is not signed by its own key");
  }
  const names = alternativeNames(attributes[0]);
  const texts = (tag: number) => names.filter((name) => name.tag === tag).map(({ content }) => content.toString());
  return {
    commonName: subjectValues(subject!, oid.commonName).at(-1) ?? "",
    organizations: subjectValues(subject!, oid.organization),
    emailAddresses: texts(0x81),
    dnsNames: texts(0x82),
    uris: texts(0x86),
    addresses: names.filter(({ tag }) => tag === 0x87).map(({ content }) => addressText(content)),
    subject: subject!.whole,
    alternativeNames: names.map(({ whole }) => whole),
    publicKey,
  };
}

function subjectValues(subject: DerNode, type: string): readonly string[] {
  return children(subject)
    .flatMap((set) => children(set))
    .map((pair) => children(pair))
    .filter(([id]) => id !== undefined && dottedOf(id) === type)
    .map(([, value]) => value?.content.toString() ?? "");
}

function alternativeNames(attributes: DerNode | undefined): readonly DerNode[] {
  if (attributes === undefined) return [];
  for (const attribute of children(attributes)) {
    const [id, values] = children(attribute);
    if (id === undefined || dottedOf(id) !== oid.extensionRequest) continue;
    for (const extension of children(children(values)[0])) {
      const parts = children(extension);
      if (dottedOf(parts[0]!) === oid.subjectAltName) return children(readDer(parts.at(-1)!.content)[0]);
    }
  }
  return [];
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join(".");
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(2 * index).toString(16));
  return new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1);
}
