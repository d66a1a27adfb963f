import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { test } from "node:test";
import type { ApiRequest } from "../../../apiserver/http.ts";
import { testAuthority } from "../pki/testing.ts";
import { createRemoteServers } from "./remote-servers.ts";

const authority = testAuthority();
const frontProxyAuthority = testAuthority("front-proxy-ca");
const frontProxy = frontProxyAuthority.client("front-proxy-client");
const serving = authority.server("sample.default.svc");

const straight = { doorTo: () => undefined, tls: { ca: "", certificate: "", key: "" } };

test("remote servers: known by their name, told who asks by us alone", async () => {
  const server = createServer({
    ...serving,
    ca: frontProxyAuthority.certificate,
    requestCert: true,
    rejectUnauthorized: true,
  });
  const seen: object[] = [];
  server.on("request", (request, response) => {
    const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject;
    const { authorization, accept, ...headers } = request.headers;
    const remote = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith("x-remote-")));
    request.setEncoding("utf8");
    let body = "";
    request.on("data", (text: string) => (body += text));
    request.on("end", () => {
      seen.push({ url: request.url, method: request.method, CN, authorization, accept, remote, body });
      response.writeHead(201, { "content-type": "text/plain" }).end("made");
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  using remotes = createRemoteServers(frontProxy, straight);
  const request: ApiRequest = {
    method: "POST",
    path: "/apis/a/v1/things",
    query: new URLSearchParams("dryRun=All"),
    headers: {
      authorization: "Bearer secret",
      accept: "text/plain",
      "x-remote-user": "root",
      "x-remote-group": "system:masters",
      "x-remote-extra-scopes": "all",
    },
    body: () => Promise.resolve(new TextEncoder().encode("{}")),
    signal: new AbortController().signal,
    peer: { address: "127.0.0.1" },
  };
  const { port } = server.address() as AddressInfo;
  const target = { host: "127.0.0.1", port, serverName: "sample.default.svc", insecure: false };
  const own = { "x-remote-user": "kim", "x-remote-group": ["a", "b"] };
  const trusted = { ...target, authorities: authority.certificate };
  const { status, body } = await remotes.forward(request, trusted, own);
  assert.equal(status, 201);
  assert(typeof body === "object" && "chunks" in body);
  for await (const chunks of body.chunks) assert.equal(Buffer.concat([...chunks]).toString(), "made");
  assert.deepEqual(seen, [
    {
      url: "/apis/a/v1/things?dryRun=All",
      method: "POST",
      CN: "front-proxy-client",
      authorization: undefined,
      accept: "text/plain",
      remote: { "x-remote-user": "kim", "x-remote-group": "a, b" },
      body: "{}",
    },
  ]);
  await assert.rejects(remotes.forward(request, target, own), { code: 503, message: /error trying to reach service/ });
  const other = { ...trusted, serverName: "other.default.svc" };
  await assert.rejects(remotes.forward(request, other, own), { code: 503 });
  assert.equal((await remotes.forward(request, { ...target, insecure: true }, own)).status, 201);
  // Who writes the server's own certificate where authorities belong trusts it, as with Go.
  assert.equal((await remotes.forward(request, { ...target, authorities: serving.cert }, own)).status, 201);
  server.closeAllConnections();
  server.close();
});
