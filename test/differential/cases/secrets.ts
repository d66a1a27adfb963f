import { generateKeyPairSync } from "node:crypto";
import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { testAuthority } from "../../../src/host/node/pki/testing.ts";
import { defineCase } from "../define-case.ts";

// Certificates and keys that are no pair, made afresh with each run.

const SECRETS = "/api/v1/namespaces/{ns}/secrets";
const { cert, key } = testAuthority().server("one");
const other = testAuthority().server("other");
const pem = { type: "pkcs8", format: "pem" } as const;
const ed25519 = generateKeyPairSync("ed25519").privateKey.export(pem) as string;
const x25519 = generateKeyPairSync("x25519").privateKey.export(pem) as string;
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ ...pem, type: "pkcs1" }) as string;
const block = (type: string, content: string) => `-----BEGIN ${type}-----\n${content}-----END ${type}-----\n`;
const body = (pair: readonly [string, string], type = "kubernetes.io/tls") => ({
  metadata: { name: "one" },
  type,
  stringData: { "tls.crt": pair[0], "tls.key": pair[1] },
});

const PAIRS: readonly (readonly [string, string])[] = [
  [cert, key],
  [`Made by hand.\n${cert}${other.cert}`, `${cert}${key}`],
  ["", ""],
  [cert, "x"],
  [key, cert],
  [cert, cert],
  [`${other.key}${block("A", "")}`, key],
  [cert, `${cert}${block("B", "YQ==\n")}`],
  [block("CERTIFICATE", "YQ==\n"), key],
  [block("CERTIFICATE", "!\n"), key],
  [cert.replaceAll("\n", "\r\n"), key.replaceAll("\n", " \n")],
  [cert, block("PRIVATE KEY", "YQ==\n")],
  [cert, block("EC PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,AA\n\nYQ==\n")],
  [cert, other.key],
  [cert, ed25519],
  [cert, x25519],
  [cert, rsa],
];

export default defineCase("warnings-of-secrets", "api", [
  ...PAIRS.map((pair) => ({ ask: `POST ${SECRETS}?dryRun=All`, body: body(pair) })),
  { ask: `POST ${SECRETS}?dryRun=All`, body: body(["", ""], "Opaque") },
  { ask: `POST ${SECRETS}`, body: body([cert, key]) },
  { ask: `PATCH ${SECRETS}/one`, headers: merge, body: { stringData: { "tls.key": other.key } } },
  { ask: `PATCH ${SECRETS}/one`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
  { ask: `PUT ${SECRETS}/one`, body: body([other.cert, other.key]) },
]);
