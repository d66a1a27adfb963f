import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { createSigningRequest } from "./create-request.ts";
import { keyPairProblem } from "./key-pair.ts";
import { testAuthority } from "./testing.ts";

const authority = testAuthority();
const one = authority.server("one");
const other = authority.server("other");
const pem = { type: "pkcs8", format: "pem" } as const;
const ed25519 = generateKeyPairSync("ed25519").privateKey.export(pem) as string;
const x25519 = generateKeyPairSync("x25519").privateKey.export(pem) as string;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
const request = createSigningRequest(one.key, { commonName: "one" });
const block = (type: string, text: string) =>
  `-----BEGIN ${type}-----\n${Buffer.from(text).toString("base64")}\n-----END ${type}-----\n`;

const SKIPPED = "PEM blocks of the following types:";
for (const [what, certificate, key, problem] of [
  ["a pair", one.cert, one.key, undefined],
  ["a chain, and text around", `Made by hand.\n${one.cert}${authority.certificate}`, `${request}${one.key}`, undefined],
  ["nothing", "", "", "tls: failed to find any PEM data in certificate input"],
  ["no key", one.cert, "x", "tls: failed to find any PEM data in key input"],
  [
    "a pair the wrong way round",
    one.key,
    one.cert,
    "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched",
  ],
  [
    "a certificate twice",
    one.cert,
    one.cert,
    "tls: found a certificate rather than a key in the PEM for the private key",
  ],
  [
    "other blocks for the certificate",
    `${request}${one.key}`,
    one.key,
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping ${SKIPPED} [CERTIFICATE REQUEST PRIVATE KEY]`,
  ],
  [
    "another block for the key",
    one.cert,
    request,
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping ${SKIPPED} [CERTIFICATE REQUEST]`,
  ],
  ["no certificate in its block", block("CERTIFICATE", "x"), one.key, "x509: malformed certificate"],
  ["no key in its block", one.cert, block("PRIVATE KEY", "x"), "tls: failed to parse private key"],
  ["another's key", one.cert, other.key, "tls: private key does not match public key"],
  ["a key of another kind", one.cert, ed25519, "tls: private key type does not match public key type"],
  [
    "a key in its own wrapping",
    one.cert,
    rsa.export({ type: "pkcs1", format: "pem" }) as string,
    "tls: private key type does not match public key type",
  ],
  ["a key that signs nothing", one.cert, x25519, "tls: found unknown private key type in PKCS#8 wrapping"],
  [
    "a block whose content is no base64",
    "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n",
    one.key,
    "tls: failed to find any PEM data in certificate input",
  ],
] as const) {
  test(`key pair: ${what}`, () => assert.equal(keyPairProblem(certificate, key), problem));
}
