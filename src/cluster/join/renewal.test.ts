import assert from "node:assert/strict";
import { test } from "node:test";
import { silentLog } from "../../base/log.ts";
import { seededRandom } from "../../base/random.ts";
import type { Client } from "../../client/client.ts";
import { createAuthority, issue, type KeyPair } from "../../host/node/pki/certificate.ts";
import { certificateSigner } from "../../host/node/pki/sign-request.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { nodeSubject } from "../credentials.ts";
import { keepCertificate, renewAtMs } from "./renewal.ts";

const DAY_MS = 86_400_000;

test("renewal: after 70 to 90 % of a certificate's life, by chance", () => {
  const random = seededRandom(1);
  const times = Array.from({ length: 200 }, () => renewAtMs({ notBeforeMs: 1000, notAfterMs: 2000 }, random));
  assert(times.every((at) => at >= 1700 && at <= 1900));
  assert(Math.max(...times) - Math.min(...times) > 150, "not all at once");
});

/** Signs what it is asked for, for ten days, after it has refused some times. */
function cluster(clock: VirtualClock, refusals: number) {
  const validity = { notBeforeMs: clock.now(), notAfterMs: clock.now() + 3650 * DAY_MS };
  const authority = createAuthority({ commonName: "test" }, validity);
  const signer = certificateSigner(authority);
  let request = "";
  let left = refusals;
  const client = {
    create(_kind: unknown, { spec }: { readonly spec: { readonly request: string } }) {
      if (left-- > 0) return Promise.reject(new Error("away"));
      request = Buffer.from(spec.request, "base64").toString();
      return Promise.resolve({ metadata: { name: "csr" } });
    },
    get() {
      const terms = { usages: ["client auth"], notBeforeMs: clock.now(), notAfterMs: clock.now() + 10 * DAY_MS };
      return Promise.resolve({ status: { certificate: Buffer.from(signer.sign(request, terms)).toString("base64") } });
    },
  } as unknown as Client;
  return { client, authority };
}

test("renewal: a certificate is replaced in time, again and again, and what refuses is asked again", async () => {
  const clock = new VirtualClock();
  const { client, authority } = cluster(clock, 3);
  const ending = new AbortController();
  const life = { notBeforeMs: clock.now(), notAfterMs: clock.now() + 10 * DAY_MS };
  const present = issue(authority, { subject: nodeSubject("n1"), usages: ["client auth"], ...life });
  const started = clock.now();
  const renewed: { readonly pair: KeyPair; readonly day: number }[] = [];
  const kept = keepCertificate({
    asked: { client, nodeName: "n1", purpose: "client", names: [], clock, signal: ending.signal },
    present,
    renewed: (pair) => renewed.push({ pair, day: (clock.now() - started) / DAY_MS }),
    random: seededRandom(7),
    log: silentLog,
  });
  await clock.advance(28 * DAY_MS);
  ending.abort();
  await kept;
  assert.equal(renewed.length, 3);
  renewed.reduce((before, { day }) => {
    assert(day - before > 6.99 && day - before < 9.01, `${day} after ${before}`);
    return day;
  }, 0);
  assert.equal(new Set(renewed.map(({ pair }) => pair.key)).size, 3, "each has a key of its own");
});
