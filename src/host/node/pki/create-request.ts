import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { bitString, integer, objectIdentifier, sequence, set, tagged } from "./der.ts";
import { distinguishedName, extension, generalName, oid, type Subject, toPem } from "./x509.ts";

/** Asks for a certificate of a key that stays where it is: a PKCS#10 request. @param key in PEM. */
export function createSigningRequest(key: string, subject: Subject, names: readonly string[] = []): string {
  const privateKey = createPrivateKey(key);
  const info = sequence(
    integer(Buffer.from([0])),
    distinguishedName(subject),
    createPublicKey(privateKey).export({ type: "spki", format: "der" }),
    tagged(0, names.length === 0 ? Buffer.alloc(0) : attribute(names), { constructed: true }),
  );
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  return toPem("CERTIFICATE REQUEST", sequence(info, algorithm, bitString(sign("sha256", info, privateKey))));
}

function attribute(names: readonly string[]): Buffer {
  const extensions = sequence(extension(oid.subjectAltName, sequence(...names.map(generalName))));
  return sequence(objectIdentifier(oid.extensionRequest), set(extensions));
}
