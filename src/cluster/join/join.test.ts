import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, before, test } from "node:test";
import { NODE_TOKENS } from "../../api/bootstrap/token.ts";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { Node } from "../../api/core/v1/node.ts";
import { Secret } from "../../api/core/v1/secret.ts";
import { type Client, createClient, mergePatch } from "../../client/client.ts";
import { httpTransport } from "../../client/http-transport.ts";
import { createClock } from "../../host/node/clock.ts";
import { createCarrier } from "../../host/node/http/carrier.ts";
import { isStatus } from "../../machinery/status.ts";
import { formatTime } from "../../machinery/time.ts";
import type { Draft } from "../../machinery/object.ts";
import type { RunningServer } from "../server.ts";
import type { NodeCredentials } from "../credentials.ts";
import { CannotJoin } from "./cannot-join.ts";
import { authorityHash, discover, type JoinRequest, versionsFit } from "./discover.ts";
import { join, type Joining } from "./join.ts";
import { isGoodFor } from "./renewal.ts";
import { requestCertificate } from "./request-certificate.ts";
import { settle } from "./settle.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const TOKEN = "abcdef.0123456789abcdef";
const { signal } = new AbortController();
const clock = createClock({ holdProcess: true });
let opened: TestServer;
let server: RunningServer;
let client: Client;

before(async () => {
  opened = await startTestServer();
  ({ server, client } = opened);
  await createToken("abcdef", {});
});

after(() => opened[Symbol.asyncDispose]());

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

const joining = (changed: Partial<Joining> = {}): Joining => ({
  ...request(),
  nodeName: "n1",
  labels: {},
  hostNetworks: [],
  tunnelProblem: () => Promise.resolve(undefined),
  clock,
  ...changed,
});

/** Whoever shows these credentials to the API server. */
function clientOf({ authority, kubelet }: NodeCredentials) {
  const carrier = createCarrier({ server: server.url, ca: authority, ...kubelet });
  return { node: createClient(httpTransport(carrier, "test")), [Symbol.dispose]: () => carrier[Symbol.dispose]() };
}

test("join: a machine with a token becomes a node, and can be no other", async () => {
  await discovered();
  const credentials = await join(joining({ caHash: authorityHash(server.pki.authority.certificate) }));
  assert.equal(credentials.authority, server.pki.authority.certificate);
  assert.equal(new X509Certificate(credentials.kubelet.certificate).subject, "O=system:nodes\nCN=system:node:n1");
  using opened = clientOf(credentials);
  const { node } = opened;
  const wishes = { nodeName: "n1", labels: { disk: "ssd" }, taints: [] };
  assert.deepEqual(await settle(node, wishes, { clock, signal }), {
    podCidr: "10.244.0.0/24",
    clusterPodCidr: "10.244.0.0/16",
    serviceCidr: "10.96.0.0/16",
    dnsAddress: "10.96.0.10",
    domain: "cluster.local",
    network: "auto",
  });
  assert.equal((await node.get(Node, { name: "n1" }, { signal })).metadata.labels?.["disk"], "ssd");
  await assert.rejects(node.create(Node, { metadata: { name: "n2" } }, { signal }), (error) =>
    isStatus(error, "Forbidden"),
  );
  await assert.rejects(node.list(Secret, { namespace: "kube-system", signal }), (error) =>
    isStatus(error, "Forbidden"),
  );
});

test("join: a node gets the certificate of its own API, under its own name and address", async () => {
  using opened = clientOf(await join(joining({ nodeName: "serves" })));
  const { node } = opened;
  await node.create(Node, { metadata: { name: "serves" } }, { signal });
  const addresses = mergePatch({ status: { addresses: [{ type: "InternalIP", address: "192.0.2.7" }] } });
  await node.patch(Node, { name: "serves" }, addresses, { subresource: "status", signal });
  const names = ["serves", "192.0.2.7"];
  const asked = { client: node, nodeName: "serves", purpose: "serving", names, clock, signal } as const;
  const pair = await requestCertificate(asked);
  assert(isGoodFor(pair, names, clock.now()));
  assert(!isGoodFor(pair, ["serves"], clock.now()));
  assert(!isGoodFor(pair, names, clock.now() + 366 * 86_400_000));
});

const NOT_JOINED: readonly (readonly [string, Partial<Joining>, RegExp])[] = [
  ["a name that is taken", { nodeName: "taken" }, /there is a node taken already, and it is Ready/],
  ["a label of others", { labels: { "node-role.kubernetes.io/x": "" } }, /not give itself the label node-role/],
  [
    "networks that overlap",
    { hostNetworks: [{ cidr: "10.244.3.0/24", device: "eth1" }] },
    /network for pods, 10\.244\.0\.0\/16, overlaps 10\.244\.3\.0\/24, which this machine has on eth1/,
  ],
];

for (const [what, changed, why] of NOT_JOINED) {
  test(`join: refused, and nothing asked for: ${what}`, async () => {
    await discovered();
    const ready = { type: "Ready", status: "True" };
    const draft = { metadata: { name: "taken" }, status: { conditions: [ready] } } as unknown as Draft<Node>;
    await client.create(Node, draft, { signal }).catch((error: unknown) => assert(isStatus(error, "AlreadyExists")));
    const requests = async () => (await client.list(CertificateSigningRequest, { signal })).items.length;
    const before = await requests();
    await assert.rejects(join(joining(changed)), (error) => error instanceof CannotJoin && why.test(error.message));
    assert.equal(await requests(), before);
  });
}

test("join: a token that may only sign lets nobody in", async () => {
  await createToken("signer", { "usage-bootstrap-authentication": "false" });
  const token = "signer.0123456789abcdef";
  await discovered({ token });
  await assert.rejects(join(joining({ token })), /does not let token signer in/);
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

test("join: nodes are of their server's version, or up to three older", () => {
  const servers = ["v1.35.9", "v1.36.0", "v1.39.1+k3s1", "v1.40.0", "v2.36.0", ""];
  assert.deepEqual(
    servers.filter((server) => versionsFit(server, "v1.36.3")),
    ["v1.36.0", "v1.39.1+k3s1"],
  );
});
