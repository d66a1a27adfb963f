import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { parse } from "yaml";
import { createTokenSigner, discoveryDocument } from "./token-signer.ts";
import { certify, createAuthority, generateKey, issue } from "./certificate.ts";
import { openPki } from "./directory.ts";
import { buildKubeconfig, mergeKubeconfig } from "./kubeconfig.ts";
import { readSigningRequest } from "./signing-request.ts";
import { addressBytes } from "./x509.ts";

const DAY_MS = 86_400_000;
const start = Date.now();
const times = { notBeforeMs: start - 1000, notAfterMs: start + DAY_MS };
const authority = createAuthority({ commonName: "test-ca" }, times);

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), "pki-"));
  context.after(() => rmSync(path, { recursive: true }));
  return path;
}

test("certificate: OpenSSL and Node agree with what was asked for", () => {
  const names = ["kubernetes.default.svc", "10.96.0.1", "::1", "fd00:1:0:0:2::ffff"];
  const subject = { commonName: "wherry-apiserver", organizations: ["b-group", "a", "system:masters"] };
  const { certificate, key } = issue(authority, { subject, usages: ["server auth", "client auth"], names, ...times });
  const read = new X509Certificate(certificate);
  const ca = new X509Certificate(authority.certificate);
  assert(read.verify(ca.publicKey));
  assert(read.checkIssued(ca));
  assert(ca.ca);
  assert(!read.ca);
  assert.equal(read.checkHost("kubernetes.default.svc"), "kubernetes.default.svc");
  for (const address of names.slice(1)) assert.equal(read.checkIP(address), address);
  const { subject: legacy } = read.toLegacyObject();
  assert.deepEqual({ ...legacy }, { O: ["a", "b-group", "system:masters"], CN: "wherry-apiserver" });
  assert.equal(Math.floor(Date.parse(read.validTo) / 1000), Math.floor(times.notAfterMs / 1000));
  assert.deepEqual(read.keyUsage, ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  assert(createPublicKey(key).equals(read.publicKey));
  const text = execFileSync("openssl", ["x509", "-noout", "-text"], { input: certificate, encoding: "utf8" });
  assert.match(text, /Key Usage: critical\s+Digital Signature, Key Encipherment/);
  assert.match(text, /CA:FALSE/);
});

test("certificate: times after 2049 have four digits of the year", () => {
  const late = createAuthority({ commonName: "late" }, { notBeforeMs: start, notAfterMs: Date.UTC(2060, 0, 2) });
  assert.equal(new X509Certificate(late.certificate).validTo, "Jan  2 00:00:00 2060 GMT");
});

test("addresses: bytes of both families", () => {
  assert.equal(addressBytes("10.0.0.255").toString("hex"), "0a0000ff");
  assert.equal(addressBytes("::").toString("hex"), "0".repeat(32));
  assert.equal(addressBytes("1::").toString("hex"), `0001${"0".repeat(28)}`);
  assert.equal(addressBytes("::ffff:1.2.3.4").toString("hex"), `${"0".repeat(20)}ffff01020304`);
  assert.equal(addressBytes("1:2:3:4:5:6:7:8").toString("hex"), "00010002000300040005000600070008");
});

test("signing request: what OpenSSL asks for is read and can be certified", (context) => {
  const keyFile = join(directory(context), "key.pem");
  for (const algorithm of [["ec", "-pkeyopt", "ec_paramgen_curve:P-256"], ["rsa:2048"], ["ed25519"]]) {
    const pem = execFileSync(
      "openssl",
      [
        "req",
        "-new",
        "-newkey",
        ...algorithm,
        "-nodes",
        "-keyout",
        keyFile,
        "-subj",
        "/O=system:nodes/CN=system:node:one",
      ].concat("-addext", "subjectAltName=DNS:one,IP:10.0.0.1,IP:fd00::1,email:a@b.c,URI:spiffe://x"),
      { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] },
    );
    const { publicKey, subject: _subject, alternativeNames, ...asked } = readSigningRequest(pem);
    assert.equal(alternativeNames.length, 5);
    assert.deepEqual(asked, {
      commonName: "system:node:one",
      organizations: ["system:nodes"],
      dnsNames: ["one"],
      addresses: ["10.0.0.1", "fd00::1"],
      emailAddresses: ["a@b.c"],
      uris: ["spiffe://x"],
    });
    const certificate = new X509Certificate(
      certify(authority, publicKey, { subject: asked, usages: ["client auth"], ...times }),
    );
    assert(certificate.checkPrivateKey(createPrivateKeyOf(keyFile)));
    const bytes = Buffer.from(pem.split("\n").slice(1, -2).join(""), "base64");
    bytes[40]! ^= 1;
    const forged = pem.replace(/\n[^-]+\n/, `\n${bytes.toString("base64")}\n`);
    assert.throws(() => readSigningRequest(forged));
  }
  assert.throws(() => readSigningRequest("nothing"), /PEM block type/);
});

function createPrivateKeyOf(path: string) {
  return createPrivateKey(readFileSync(path, "utf8"));
}

test("directory: made once, private, renewed when a third of its life is left or when it no longer fits", (context) => {
  const path = join(directory(context), "pki");
  let now = start;
  const wanted = {
    subject: { commonName: "server", organizations: ["x", "y"] },
    usages: ["server auth"] as const,
    names: ["localhost", "127.0.0.1", "::1"],
  };
  const first = openPki(path, () => now);
  const certificate = first.certificate("apiserver", wanted);
  const again = openPki(path, () => now);
  assert.deepEqual(again.authority, first.authority);
  assert.equal(again.serviceAccountKey, first.serviceAccountKey);
  assert.deepEqual(again.certificate("apiserver", wanted), certificate);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  for (const name of ["ca.key", "ca.crt", "apiserver.key", "sa.key", "sa.pub"]) {
    assert.equal(statSync(join(path, name)).mode & 0o777, 0o600);
  }
  const named = again.certificate("apiserver", { ...wanted, names: [...wanted.names, "10.0.0.9"] });
  assert.notEqual(named.certificate, certificate.certificate);
  const current = again.certificate("apiserver", wanted);
  now += 240 * DAY_MS;
  assert.deepEqual(again.certificate("apiserver", wanted), current);
  now += 10 * DAY_MS;
  assert.notDeepEqual(again.certificate("apiserver", wanted), current);
});

const claims = {
  iss: "https://kubernetes.default.svc.cluster.local",
  sub: "system:serviceaccount:default:default",
  aud: ["https://kubernetes.default.svc.cluster.local"],
  exp: 2_000_000_000,
  iat: 1_700_000_000,
  nbf: 1_700_000_000,
  jti: "1",
  "kubernetes.io": { namespace: "default", serviceaccount: { name: "default", uid: "u" } },
};

test("tokens: what one key signs is verified by it, by its successor, and by nobody else", () => {
  const key = generateKey();
  const signer = createTokenSigner(key);
  const token = signer.sign(claims);
  assert.deepEqual(signer.verify(token), claims);
  assert.deepEqual(signer.verify(token), claims);
  assert.equal(createTokenSigner(generateKey()).verify(token), undefined);
  const former = createPublicKey(key).export({ type: "spki", format: "pem" }) as string;
  assert.deepEqual(createTokenSigner(generateKey(), [former]).verify(token), claims);
  const [header, body, signature] = token.split(".") as [string, string, string];
  const other = Buffer.from(JSON.stringify({ ...claims, sub: "system:admin" })).toString("base64url");
  const none = Buffer.from('{"alg":"none"}').toString("base64url");
  for (const forged of [
    `${header}.${other}.${signature}`,
    `${none}.${body}.`,
    `${none}.${body}.${signature}`,
    `${header}.${body}`,
    "",
    "a.b.c",
  ]) {
    assert.equal(signer.verify(forged), undefined, forged);
  }
});

test("tokens: another library verifies them by the published keys", async () => {
  const signer = createTokenSigner(generateKey());
  const { createLocalJWKSet, jwtVerify } = await import("jose");
  const keys = createLocalJWKSet(signer.keySet as Parameters<typeof createLocalJWKSet>[0]);
  const { payload } = await jwtVerify(signer.sign(claims), keys, { audience: claims.aud[0]!, issuer: claims.iss });
  assert.deepEqual(payload, claims);
  assert.deepEqual(discoveryDocument("https://issuer", "https://issuer/openid/v1/jwks", signer), {
    issuer: "https://issuer",
    jwks_uri: "https://issuer/openid/v1/jwks",
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["ES256"],
  });
});

test("kubeconfig: built whole, and merged without touching what else is there", () => {
  const built = buildKubeconfig({
    name: "wherry",
    server: "https://127.0.0.1:6443",
    authority: "CA",
    user: { certificate: "C", key: "K" },
  });
  assert.deepEqual(parse(built), {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "wherry", cluster: { server: "https://127.0.0.1:6443", "certificate-authority-data": "Q0E=" } }],
    users: [{ name: "wherry", user: { "client-certificate-data": "Qw==", "client-key-data": "Sw==" } }],
    contexts: [{ name: "wherry", context: { cluster: "wherry", user: "wherry" } }],
    "current-context": "wherry",
  });
  const existing = `apiVersion: v1
kind: Config
# mine
clusters:
  - name: other
    cluster: { server: "https://other" }
  - name: wherry
    cluster: { server: "https://old" }
users: []
current-context: other
`;
  const merged = mergeKubeconfig(existing, built);
  assert.match(merged, /# mine/);
  const read = parse(merged) as Record<string, { name: string }[]>;
  assert.deepEqual(
    read["clusters"]!.map(({ name }) => name),
    ["other", "wherry"],
  );
  assert.equal(merged.includes("https://old"), false);
  assert.equal(read["users"]!.length, 1);
  assert.equal(read["current-context"], "wherry");
  assert.deepEqual(parse(mergeKubeconfig(merged, built)), parse(merged));
  assert.equal(mergeKubeconfig("", built), built);
  assert.throws(() => mergeKubeconfig("a: [", built), /not YAML/);
});
