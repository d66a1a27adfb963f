import { X509Certificate } from "node:crypto";
import { backoffMs, type BackoffLimits } from "../../base/backoff.ts";
import { delay } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { Random } from "../../base/random.ts";
import type { KeyPair } from "../../host/node/pki/certificate.ts";
import { addressBytes } from "../../host/node/pki/x509.ts";
import { type CertificateAsked, requestCertificate } from "./request-certificate.ts";

/** Milliseconds since the epoch. */
export interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/**
 * When a certificate is to be replaced: after 70 to 90 % of its life, as Kubernetes does it. Long enough before its end for a
 * control plane that is away, and by chance, so that nodes that joined together do not come back together.
 */
export function renewAtMs({ notBeforeMs, notAfterMs }: Validity, random: Random): number {
  return notBeforeMs + (notAfterMs - notBeforeMs) * (0.7 + 0.2 * random.next());
}

export interface KeptCertificate {
  /** What is asked for, each time. */
  readonly asked: CertificateAsked;
  /** The present one; undefined asks for one at once. */
  readonly present: KeyPair | undefined;
  /** Called with each new one. */
  readonly renewed: (pair: KeyPair) => void;
  readonly random: Random;
  readonly log: Log;
}

const AGAIN: BackoffLimits = { firstMs: 2_000, longestMs: 300_000, jitter: 0.1 };

/** Keeps a certificate good until the signal is aborted: asks for another in time, again and again where it is refused. */
export async function keepCertificate({ asked, present, renewed, random, log }: KeptCertificate): Promise<void> {
  const { clock, signal, purpose } = asked;
  let pair = present;
  for (let failures = 0; !signal.aborted;) {
    const dueMs = pair === undefined ? 0 : renewAtMs(validityOf(pair), random);
    const waitMs = failures === 0 ? dueMs - clock.now() : backoffMs(failures, AGAIN, random);
    if (waitMs > 0) await delay(clock, waitMs, { signal }).catch(() => {});
    if (signal.aborted) return;
    try {
      pair = await requestCertificate(asked);
      failures = 0;
      log.info("the cluster has signed a certificate", { purpose, until: new Date(validityOf(pair).notAfterMs) });
      renewed(pair);
    } catch (error) {
      if (signal.aborted) return;
      failures++;
      log.warn("a certificate could not be had, trying again", { purpose, error });
    }
  }
}

/** Whether a certificate is good now for all of these names and addresses, and no longer for others. */
export function isGoodFor(pair: KeyPair, names: readonly string[], nowMs: number): boolean {
  const { notBeforeMs, notAfterMs } = validityOf(pair);
  const written = new X509Certificate(pair.certificate).subjectAltName ?? "";
  const texts = written.split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  const plain = (name: string) => (name.includes(":") ? addressBytes(name).toString("hex") : name);
  const same = new Set(texts.map(plain)).symmetricDifference(new Set(names.map(plain))).size === 0;
  return same && notBeforeMs <= nowMs && nowMs < notAfterMs;
}

function validityOf({ certificate }: KeyPair): Validity {
  const { validFrom, validTo } = new X509Certificate(certificate);
  return { notBeforeMs: Date.parse(validFrom), notAfterMs: Date.parse(validTo) };
}
