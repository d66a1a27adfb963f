import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { silentLog } from "../../../base/log.ts";
import { testAuthority } from "../pki/testing.ts";
import { type Carrier, createCarrier } from "./carrier.ts";
import { type HttpServer, serve } from "./serve.ts";

const { signal } = new AbortController();
const authority = testAuthority();
let server: HttpServer;

before(async () => {
  server = await serve({
    handler: ({ path, peer, headers }) => {
      const who = peer.certificate?.commonName ?? headers["authorization"] ?? "nobody";
      const chunks = path === "/held" ? heldOpen() : [[new TextEncoder().encode(who)]];
      return Promise.resolve({ status: 200, headers: {}, body: { type: "chunks", chunks } });
    },
    port: 0,
    host: "127.0.0.1",
    tls: { ...authority.server("127.0.0.1"), clientCa: authority.certificate },
    log: silentLog,
  });
});

after(() => server.close());

let release = () => {};

/** Begins, and ends when it is released. */
async function* heldOpen(): AsyncIterable<readonly Uint8Array[]> {
  yield [new TextEncoder().encode("begins ")];
  await new Promise<void>((resolve) => (release = resolve));
  yield [new TextEncoder().encode("ends")];
}

async function ask(carrier: Carrier, target = "/"): Promise<string> {
  const { body } = await carrier.send({ method: "GET", target, headers: {}, signal });
  let text = "";
  for await (const chunk of body) text += new TextDecoder().decode(chunk);
  return text;
}

test("carrier: shows a certificate, a token, or another certificate from some moment on", async () => {
  const url = `https://127.0.0.1:${server.address.port}`;
  using robot = createCarrier({ server: url, ca: authority.certificate, token: "abc" });
  assert.equal(await ask(robot), "Bearer abc");
  using carrier = createCarrier({ server: url, ca: authority.certificate, ...authority.client("before") });
  assert.equal(await ask(carrier), "before");
  const held = await carrier.send({ method: "GET", target: "/held", headers: {}, signal });
  const chunks = held.body[Symbol.asyncIterator]();
  await chunks.next();
  carrier.identify(authority.client("after"));
  assert.equal(await ask(carrier), "after");
  release();
  const { value } = (await chunks.next()) as { readonly value: Uint8Array };
  assert.equal(new TextDecoder().decode(value), "ends", "what is under way ends as it began");
});
