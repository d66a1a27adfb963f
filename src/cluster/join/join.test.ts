import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, createServer as createNetServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { NODE_TOKENS } from "../../api/bootstrap/token.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Secret } from "../../api/core/v1/secret.ts";
import { silentLog } from "../../base/log.ts";
import { type Client, createClient } from "../../client/client.ts";
import { httpTransport } from "../../client/http-transport.ts";
import { createClock } from "../../host/node/clock.ts";
import { createCarrier } from "../../host/node/http/carrier.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Draft } from "../../machinery/object.ts";
import { loopbackUser } from "../identities.ts";
import { type RunningServer, startServer } from "../server.ts";
import { authorityHash, CannotJoin, discover, type JoinRequest } from "./discover.ts";
import { requestCertificate } from "./request-certificate.ts";

const TOKEN = "abcdef.0123456789abcdef";
const { signal } = new AbortController();
const clock = createClock({ holdProcess: true });
const directory = mkdtempSync(join(tmpdir(), "wherry-join-"));
let server: RunningServer;
let client: Client;

before(async () => {
  server = await startServer({
    dataDirectory: directory,
    address: "192.0.2.1",
    port: await freePort(),
    store: "memory",
    serviceCidr: "10.96.0.0/16",
    podCidr: "10.244.0.0/16",
    simulate: 0,
    log: silentLog,
  });
  client = createClient(server.plane.server.transport(loopbackUser, "test"));
  await createToken("abcdef", {});
});

after(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true, force: true });
});

/** The cluster tells its port to others before it listens there. */
async function freePort(): Promise<number> {
  const probe = createNetServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

async function createToken(id: string, fields: object): Promise<void> {
  const draft = {
    metadata: { name: `bootstrap-token-${id}`, namespace: "kube-system" },
    type: "bootstrap.kubernetes.io/token",
    stringData: {
      "token-id": id,
      "token-secret": "0123456789abcdef",
      "usage-bootstrap-signing": "true",
      "usage-bootstrap-authentication": "true",
      "auth-extra-groups": NODE_TOKENS,
      ...fields,
    },
  };
  await client.create(Secret, draft as unknown as Draft<Secret>, { signal });
}

function request(changed: Partial<JoinRequest> = {}): JoinRequest {
  return { server: server.url, token: TOKEN, caHash: undefined, now: () => clock.now(), signal, ...changed };
}

/** The token's signature is a loop's work. */
async function discovered(changed: Partial<JoinRequest> = {}): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await discover(request(changed));
    } catch (error) {
      if (tries === 100 || !(error as Error).message.includes("does not know the token")) throw error;
      await new Promise<void>((resolve) => clock.timer(50, resolve));
    }
  }
}

const asked = (nodeName: string, authority: string, token = TOKEN) => ({
  server: server.url,
  token,
  authority,
  nodeName,
  clock,
  signal,
});

test("join: a machine with a token becomes a node, and can be no other", async () => {
  const authority = await discovered({ caHash: authorityHash(server.pki.authority.certificate) });
  assert.equal(authority, server.pki.authority.certificate);
  const { certificate, key } = await requestCertificate(asked("n1", authority));
  assert.equal(new X509Certificate(certificate).subject, "O=system:nodes\nCN=system:node:n1");
  using carrier = createCarrier({ server: server.url, ca: authority, certificate, key });
  const node = createClient(httpTransport(carrier, "test"));
  await node.create(Node, { metadata: { name: "n1" } }, { signal });
  await assert.rejects(node.create(Node, { metadata: { name: "n2" } }, { signal }), (error) =>
    isStatus(error, "Forbidden"),
  );
  await assert.rejects(node.list(Secret, { namespace: "kube-system", signal }), (error) =>
    isStatus(error, "Forbidden"),
  );
});

test("join: a node that lives keeps its name", async () => {
  const authority = await discovered();
  const ready = { type: "Ready", status: "True" };
  const draft = { metadata: { name: "taken" }, status: { conditions: [ready] } } as unknown as Draft<Node>;
  await client.create(Node, draft, { signal });
  await assert.rejects(requestCertificate(asked("taken", authority)), /there is a node taken already, and it is Ready/);
});

test("join: a token that may only sign lets nobody in", async () => {
  await createToken("signer", { "usage-bootstrap-authentication": "false" });
  const token = "signer.0123456789abcdef";
  const authority = await discovered({ token });
  await assert.rejects(requestCertificate(asked("n3", authority, token)), /does not let token signer in/);
});

const REFUSED: readonly (readonly [string, Partial<JoinRequest>, RegExp])[] = [
  ["no token", { token: "abcdef" }, /a token looks like abcdef\.0123456789abcdef/],
  ["an unknown token", { token: "ghijkl.0123456789abcdef" }, /does not know the token ghijkl/],
  ["a wrong secret", { token: "abcdef.0123456789abcdeg" }, /the secret of token abcdef is not the one/],
  ["another authority", { caHash: `sha256:${"0".repeat(64)}` }, /is sha256:[0-9a-f]{64}, not sha256:0{64}/],
  ["nobody there", { server: "https://127.0.0.1:1" }, /cannot reach https:\/\/127.0.0.1:1: /],
  ["a clock that is behind", { now: () => clock.now() - 3_600_000 }, /clock is 60 minutes behind/],
  ["a clock that is ahead", { now: () => clock.now() + 7_200_000 }, /clock is 120 minutes ahead of/],
];

for (const [what, changed, sentence] of REFUSED) {
  test(`join: refused in a sentence: ${what}`, async () => {
    await discovered();
    await assert.rejects(discover(request(changed)), (error) => {
      assert(error instanceof CannotJoin);
      assert.match(error.message, sentence);
      return true;
    });
  });
}

test("join: a token whose time is over is known no more", async () => {
  await createToken("brief0", { expiration: formatTime(clock.now() - 1000) });
  await assert.rejects(discover(request({ token: "brief0.0123456789abcdef" })), /does not know the token brief0/);
});
