import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { NetworkError } from "../../../kubelet/ports/network.ts";
import { freePort } from "../machine/testing.ts";
import { probeNetwork } from "./probe-network.ts";

const waits = { timeoutMs: 2_000, signal: new AbortController().signal };
const get = (url: string, more: Partial<typeof waits> = {}) =>
  probeNetwork.httpGet({ url, headers: [{ name: "Host", value: "asked" }] }, { ...waits, ...more });

test("answers, redirects on the same host and to another one", async () => {
  await using server = await listening(({ url, headers }, response) => {
    const to = { "/here": "/fine", "/away": "http://localhost:1/" }[url ?? ""];
    if (to !== undefined) response.writeHead(302, { location: to }).end("moved");
    else response.writeHead(url === "/fine" ? 200 : 503).end(`${headers.host}`);
  });
  assert.deepEqual(await get(`${server.url}/fine`), { status: 200, body: "asked", redirected: false });
  assert.equal((await get(`${server.url}/broken`)).status, 503);
  assert.equal((await get(`${server.url}/here`)).status, 200);
  assert.deepEqual(await get(`${server.url}/away`), { status: 302, body: "moved", redirected: true });
});

test("failures in Go's words", async () => {
  await using server = await listening(() => {});
  const port = await freePort();
  const messages: readonly (readonly [() => Promise<unknown>, string])[] = [
    [
      () => get(`http://127.0.0.1:${port}/x`),
      `Get "http://127.0.0.1:${port}/x": dial tcp 127.0.0.1:${port}: connect: connection refused`,
    ],
    [
      () => get(`${server.url}/slow`, { timeoutMs: 100 }),
      `Get "${server.url}/slow": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
    ],
    [
      () => get(`https${server.url.slice("http".length)}/tls`),
      `Get "https${server.url.slice("http".length)}/tls": http: server gave HTTP response to HTTPS client`,
    ],
    [
      () => probeNetwork.tcpConnect("127.0.0.1", port, waits),
      `dial tcp 127.0.0.1:${port}: connect: connection refused`,
    ],
  ];
  for (const [work, message] of messages) {
    await assert.rejects(work(), (error: unknown) => {
      assert(error instanceof NetworkError);
      assert.equal(error.message, message);
      return true;
    });
  }
});

test("a port that listens", async () => {
  await using server = await listening(() => {});
  await probeNetwork.tcpConnect("127.0.0.1", Number(new URL(server.url).port), waits);
});

test("grpc health where nobody speaks grpc", async () => {
  const health = await probeNetwork.grpcHealth("127.0.0.1", await freePort(), "", { ...waits, timeoutMs: 200 });
  assert.equal(health.healthy, false);
  assert.match(
    health.healthy ? "" : health.message,
    /^timeout: failed to connect service "127\.0\.0\.1:\d+" within 200ms: context deadline exceeded$/,
  );
});

async function listening(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
