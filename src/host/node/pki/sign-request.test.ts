import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { createAuthority, generateKey } from "./certificate.ts";
import { createSigningRequest } from "./create-request.ts";
import { certificateReader, certificateSigner } from "./sign-request.ts";

const NOW_MS = Date.UTC(2026, 0, 1);
const YEAR_MS = 365 * 86_400_000;
const authority = createAuthority({ commonName: "ca" }, { notBeforeMs: NOW_MS - 1000, notAfterMs: NOW_MS + YEAR_MS });
const signer = certificateSigner(authority);
const nodes = { commonName: "system:node:n1", organizations: ["system:nodes"] };

test("a request says who asks for which names", () => {
  const pem = createSigningRequest(generateKey(), nodes, ["n1", "192.0.2.7", "2001:db8::1"]);
  const { commonName, organizations, dnsNames, addresses } = certificateReader.readRequest(pem);
  assert.deepEqual(
    { commonName, organizations, dnsNames, addresses },
    { ...nodes, dnsNames: ["n1"], addresses: ["192.0.2.7", "2001:db8::1"] },
  );
});

test("a request may have text before and behind it, and no other block before", () => {
  const pem = createSigningRequest(generateKey(), nodes);
  assert.equal(certificateReader.readRequest(`# Made by hand.\n${pem}And so on.`).commonName, nodes.commonName);
  const problem = { message: "PEM block type must be CERTIFICATE REQUEST" };
  assert.throws(() => certificateReader.readRequest(`${authority.certificate}${pem}`), problem);
  assert.throws(() => certificateReader.readRequest("# Nothing else."), problem);
});

test("a request that another key has signed is refused", () => {
  const pem = createSigningRequest(generateKey(), nodes);
  const der = Buffer.from(pem.replace(/-----[^-]+-----/g, ""), "base64");
  der[der.indexOf("system:node:n1") + 13] = 0x32;
  const forged = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  assert.throws(() => certificateReader.readRequest(forged), /not signed by its own key/);
});

test("what is signed has the subject, the names, the key and the usages that were asked for", () => {
  const key = generateKey();
  const request = createSigningRequest(key, nodes, ["n1", "192.0.2.7"]);
  const usages = ["digital signature", "key encipherment", "server auth"];
  const pem = signer.sign(request, { usages, notBeforeMs: NOW_MS, notAfterMs: NOW_MS + 3_600_000 });
  const certificate = new X509Certificate(pem);
  assert(certificate.verify(createPublicKey(authority.certificate)));
  assert(certificate.checkPrivateKey(createPrivateKey(key)));
  assert.equal(certificate.subject, "O=system:nodes\nCN=system:node:n1");
  assert.equal(certificate.subjectAltName, "DNS:n1, IP Address:192.0.2.7");
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  assert.equal(certificate.ca, false);
  assert.equal(certificateReader.readCertificates(pem)[0]?.notAfterMs, NOW_MS + 3_600_000);
});

test("nothing outlives its authority", () => {
  const request = createSigningRequest(generateKey(), nodes);
  const terms = { usages: ["client auth"], notBeforeMs: NOW_MS, notAfterMs: NOW_MS + 10 * YEAR_MS };
  const [issued] = certificateReader.readCertificates(signer.sign(request, terms));
  assert.equal(issued?.notAfterMs, NOW_MS + YEAR_MS);
  const later = { ...terms, notBeforeMs: NOW_MS + 2 * YEAR_MS };
  assert.throws(() => signer.sign(request, later), /the signer has expired/);
});
