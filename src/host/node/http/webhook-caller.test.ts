import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { testAuthority } from "../pki/testing.ts";
import { createWebhookCaller } from "./webhook-caller.ts";

const authority = testAuthority();
const serving = authority.server("127.0.0.1", "hook.default.svc");

const PATIENT = { timeoutMs: 5_000 };

/** A webhook that answers as it is told, and what calls it. */
async function webhook(answer: (request: IncomingMessage, body: string, response: ServerResponse) => void) {
  const server = createServer(serving, (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text));
    request.on("end", () => answer(request, body, response));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const caller = createWebhookCaller({
    locate: () => ({ host: "127.0.0.1", port }),
    ways: { doorTo: () => undefined, tls: { ca: "", certificate: "", key: "" } },
  });
  return {
    url: `https://127.0.0.1:${port}`,
    caller,
    [Symbol.dispose]() {
      caller[Symbol.dispose]();
      server.closeAllConnections();
      server.close();
    },
  };
}

test("webhooks: trusted by an authority, or by their own certificate where one is wanted", async () => {
  using hook = await webhook((_request, body, response) => void response.end(body));
  for (const authorities of [authority.certificate, serving.cert]) {
    assert.deepEqual(await hook.caller.post({ url: hook.url, authorities }, { a: 1 }, PATIENT), { a: 1 });
  }
  const stranger = testAuthority("stranger").certificate;
  await assert.rejects(hook.caller.post({ url: hook.url, authorities: stranger }, {}, PATIENT), {
    message: `Post "${hook.url}": tls: failed to verify certificate: x509: certificate signed by unknown authority`,
  });
});

test("webhooks: sent on, the review goes along by 307 and 308, and a circle ends", async () => {
  using hook = await webhook((request, body, response) => {
    if (request.url === "/hook") response.end(JSON.stringify({ method: request.method, body }));
    else if (request.url === "/circle") response.writeHead(308, { location: "/circle" }).end();
    else response.writeHead(request.url === "//hook" ? 307 : 302, { location: "/hook" }).end();
  });
  const call = (path: string) => {
    const target = {
      url: `https://hook.default.svc${path}`,
      service: { name: "hook", namespace: "default", port: 443 },
      authorities: authority.certificate,
    };
    return hook.caller.post(target, { a: 1 }, PATIENT);
  };
  assert.deepEqual(await call("//hook"), { method: "POST", body: '{"a":1}' });
  assert.deepEqual(await call("/elsewhere"), { method: "GET", body: "" });
  await assert.rejects(call("/circle"), { message: /stopped after 10 redirects$/ });
});
