import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer as createPlain, request as sendPlain, type IncomingMessage } from "node:http";
import { createServer as createTls, request as sendTls } from "node:https";
import type { AddressInfo, Server } from "node:net";
import { test } from "node:test";
import { silentLog } from "../../../base/log.ts";
import { testAuthority } from "../pki/testing.ts";
import { plainAgent, tlsAgent } from "./pod-ways.ts";
import { serve } from "./serve.ts";

const authority = testAuthority();

/** An address of nobody: only the node knows whom it means. */
const POD = "192.0.2.77";

/** A node whose pod serves both HTTP and HTTPS; who is not known by a certificate is refused. */
async function openNode(stack: AsyncDisposableStack) {
  const answer = (request: IncomingMessage, response: { end(text: string): void }) => {
    let length = 0;
    request.on("data", (chunk: Buffer) => (length += chunk.length));
    request.on("end", () => response.end(`${request.url} ${length}`));
  };
  const ports: number[] = [];
  for (const server of [createPlain(answer), createTls(authority.server("web.default.svc"), answer)]) {
    ports.push(await listen(server));
    stack.defer(() => void server.close());
    stack.defer(() => server.closeAllConnections());
  }
  const tunnels: string[] = [];
  const http = await serve({
    handler: (request) => {
      tunnels.push(`${request.peer.certificate === undefined ? "nobody" : "apiserver"} ${request.path}`);
      const [, , address, port] = request.path.split("/");
      if (address !== POD) return Promise.resolve({ status: 404, headers: {}, body: Buffer.from("no such pod") });
      const handler = { type: "tunnel", address: "127.0.0.1", port: Number(port) } as const;
      return Promise.resolve({ status: 101, headers: {}, body: { type: "upgrade", handler } });
    },
    port: 0,
    host: "127.0.0.1",
    tls: { ...authority.server("127.0.0.1"), clientCa: authority.certificate },
    log: silentLog,
  });
  stack.defer(() => http.close());
  const door = { host: "127.0.0.1", port: http.address.port };
  const tls = { ca: authority.certificate, ...authority.client("apiserver") };
  const ways = { doorTo: (address: string) => (address.startsWith("192.0.2.") ? door : undefined), tls };
  return { ports: { plain: ports[0]!, tls: ports[1]! }, tunnels, ways };
}

test("pod ways: HTTP and HTTPS go by the node, one connection for many requests", async () => {
  await using stack = new AsyncDisposableStack();
  const { ports, tunnels, ways } = await openNode(stack);
  const plain = stack.adopt(plainAgent(ways, { keepAlive: true }), (agent) => agent.destroy());
  const secure = stack.adopt(tlsAgent(ways, { keepAlive: true }), (agent) => agent.destroy());
  const secured = { host: POD, port: ports.tls, agent: secure, ca: authority.certificate };
  const body = Buffer.alloc(1_000_000, "x");
  for (const path of ["/a", "/b"]) {
    const asked = { host: POD, port: ports.plain, agent: plain, method: "POST", path };
    assert.equal(await said(sendPlain(asked).end(body)), `${path} 1000000`);
    const own = { ...secured, servername: "web.default.svc", method: "POST", path };
    assert.equal(await said(sendTls(own).end(body)), `${path} 1000000`);
  }
  assert.deepEqual(tunnels, [`apiserver /tunnel/${POD}/${ports.plain}`, `apiserver /tunnel/${POD}/${ports.tls}`]);
  // The node passes bytes on: it cannot pretend to be the pod.
  const wrong = { ...secured, servername: "other.default.svc", path: "/" };
  await assert.rejects(said(sendTls(wrong).end()), { code: "ERR_TLS_CERT_ALTNAME_INVALID" });
});

test("pod ways: what is wrong is told as if it had been tried from here", async () => {
  await using stack = new AsyncDisposableStack();
  const { ways } = await openNode(stack);
  const free = createPlain();
  const port = await listen(free);
  free.close();
  const agent = stack.adopt(plainAgent(ways, { keepAlive: true }), (own) => own.destroy());
  const ask = (host: string, to: number) => said(sendPlain({ host, port: to, agent, path: "/" }).end());
  await assert.rejects(ask(POD, port), { code: "ECONNREFUSED", address: POD, port });
  await assert.rejects(ask("192.0.2.78", port), /no way to 192\.0\.2\.78:\d+ by its node: no such pod/);
  // Addresses of no pod are reached straight.
  await assert.rejects(ask("127.0.0.1", port), { code: "ECONNREFUSED", address: "127.0.0.1" });
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function said(sent: ReturnType<typeof sendPlain>): Promise<string> {
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response.setEncoding("utf8") as AsyncIterable<string>) text += chunk;
  return text;
}
