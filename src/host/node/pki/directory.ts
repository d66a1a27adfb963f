import { createPublicKey, X509Certificate } from "node:crypto";
import { mkdirSync } from "node:fs";
import { isIP } from "node:net";
import { join } from "node:path";
import { readIfThere, replaceFile } from "../disk/whole-file.ts";
import type { CertificateRequest, KeyPair } from "./certificate.ts";
import { createAuthority, generateKey, issue } from "./certificate.ts";
import { addressBytes } from "./x509.ts";

const DAY_MS = 86_400_000;
const AUTHORITY_LIFE_MS = 3650 * DAY_MS;
/** As kubeadm gives its certificates. */
const CERTIFICATE_LIFE_MS = 365 * DAY_MS;
/** For clocks that are not quite together. */
const BACKDATED_MS = 300_000;

/** An authority in a directory, and what it signed: made once, and made anew when they near their end. */
export interface AuthorityDirectory {
  readonly authority: KeyPair;
  /**
   * The certificate of that name. A new one is made if there is none, if it does not fit the request (its subject, its names, its
   * authority), or if less than a third of its life is left.
   */
  certificate(name: string, request: WantedCertificate): KeyPair;
}

/** Certificates and keys of a cluster; its authority signs everything but what stands below another one. */
export interface PkiDirectory extends AuthorityDirectory {
  /** The key that signs service-account tokens, in PEM. */
  readonly serviceAccountKey: string;
  /** Signs for those who speak for others: nobody else's certificate is one of theirs. */
  frontProxy(): AuthorityDirectory;
}

export type WantedCertificate = Omit<CertificateRequest, "notBeforeMs" | "notAfterMs">;

/** Opens the directory, and makes what is missing. Only its owner may read it. @param now milliseconds since the epoch. */
export function openPki(directory: string, now: () => number): PkiDirectory {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  return {
    ...openAuthority(directory, "ca", "wherry-ca", now),
    serviceAccountKey: serviceAccountKey(directory),
    // Only an API server needs it.
    frontProxy: () => openAuthority(directory, "front-proxy-ca", "wherry-front-proxy-ca", now),
  };
}

function openAuthority(directory: string, file: string, commonName: string, now: () => number): AuthorityDirectory {
  const authority =
    readPair(directory, file) ??
    savePair(
      directory,
      file,
      createAuthority({ commonName }, { notBeforeMs: now() - BACKDATED_MS, notAfterMs: now() + AUTHORITY_LIFE_MS }),
    );
  return {
    authority,
    certificate(name, wanted) {
      const found = readPair(directory, name);
      if (found !== undefined && fits(found, authority, wanted, now())) return found;
      const request = { ...wanted, notBeforeMs: now() - BACKDATED_MS, notAfterMs: now() + CERTIFICATE_LIFE_MS };
      return savePair(directory, name, issue(authority, request));
    },
  };
}

function serviceAccountKey(directory: string): string {
  const found = readIfThere(join(directory, "sa.key"));
  if (found !== undefined) return found;
  const key = generateKey();
  replaceFile(join(directory, "sa.pub"), createPublicKey(key).export({ type: "spki", format: "pem" }) as string);
  replaceFile(join(directory, "sa.key"), key);
  return key;
}

function fits(pair: KeyPair, authority: KeyPair, wanted: WantedCertificate, nowMs: number): boolean {
  const certificate = new X509Certificate(pair.certificate);
  const left = Date.parse(certificate.validTo) - nowMs;
  const life = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  return (
    left > life / 3 &&
    certificate.verify(createPublicKey(authority.certificate)) &&
    subjectText(certificate.subject) === subjectText(wantedSubject(wanted)) &&
    namesText(certificate.subjectAltName ?? "") === namesText((wanted.names ?? []).map(nameText).join(", "))
  );
}

function wantedSubject({ subject }: WantedCertificate): string {
  return [...(subject.organizations ?? []).map((name) => `O=${name}`), `CN=${subject.commonName}`].join("\n");
}

/** Node writes one value a line, and joins those of one set by " + ". */
function subjectText(subject: string): string {
  return subject
    .split(/\n| \+ /)
    .toSorted()
    .join("\n");
}

function nameText(name: string): string {
  return isIP(name) === 0 ? `DNS:${name}` : `IP Address:${addressBytes(name).toString("hex")}`;
}

function namesText(names: string): string {
  return names
    .split(", ")
    .map((name) => name.replace(/^IP Address:(.*[.:].*)$/, (_, address: string) => nameText(address)))
    .toSorted()
    .join(", ");
}

function readPair(directory: string, name: string): KeyPair | undefined {
  const certificate = readIfThere(join(directory, `${name}.crt`));
  const key = readIfThere(join(directory, `${name}.key`));
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

function savePair(directory: string, name: string, pair: KeyPair): KeyPair {
  replaceFile(join(directory, `${name}.key`), pair.key);
  replaceFile(join(directory, `${name}.crt`), pair.certificate);
  return pair;
}
