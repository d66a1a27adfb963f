/** What an agent does with its certificates, against a real control plane. */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { connect } from "node:tls";
import { Node } from "../../api/core/v1/node.ts";
import { silentLog } from "../../base/log.ts";
import { TaskGroup } from "../../base/task-group.ts";
import { createClient, mergePatch } from "../../client/client.ts";
import { httpTransport } from "../../client/http-transport.ts";
import { createClock } from "../../host/node/clock.ts";
import { createCarrier } from "../../host/node/http/carrier.ts";
import { issue, type KeyPair } from "../../host/node/pki/certificate.ts";
import { secureRandom } from "../../host/node/random.ts";
import type { Kubelet } from "../../kubelet/kubelet.ts";
import { clientCertificate } from "../client-certificate.ts";
import { nodeSubject, readCredentials, writeCredentials } from "../credentials.ts";
import { keepIdentity } from "./identity.ts";
import { serveNode } from "./node-server.ts";
import { startTestServer, type TestServer } from "./test-server.ts";

const clock = createClock({ holdProcess: true });
let opened: TestServer;

before(async () => {
  opened = await startTestServer();
});

after(() => opened[Symbol.asyncDispose]());

/** A certificate of node n1 that was made so long ago, and is good for so much longer. */
function certificate(sinceMs: number, forMs: number): KeyPair {
  const validity = { notBeforeMs: clock.now() - sinceMs, notAfterMs: clock.now() + forMs };
  const { authority } = opened.server.pki;
  return issue(authority, { subject: nodeSubject("n1"), usages: ["client auth"], ...validity });
}

/** All that an agent has of node n1. */
function agent(kubelet: KeyPair) {
  const { server, directory } = opened;
  const authority = server.pki.authority.certificate;
  const carrier = createCarrier({ server: server.url, ca: authority, ...kubelet });
  const client = createClient(httpTransport(carrier, "test"));
  const tasks = new TaskGroup();
  const credentials = { authority, kubelet, serving: undefined };
  return {
    parts: { credentials, directory, carrier, client, clock, random: secureRandom(), log: silentLog, tasks },
    async [Symbol.asyncDispose]() {
      await tasks[Symbol.asyncDispose]();
      carrier[Symbol.dispose]();
    },
  };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; !(await isSo()); looks++) {
    assert(looks < 200, "not in time");
    await new Promise<void>((resolve) => clock.timer(50, resolve));
  }
}

test("identity: a certificate that nears its end is replaced, on disk and towards the API server", async () => {
  const old = certificate(95_000, 5_000);
  await using one = agent(old);
  const { directory, authority, carrier, client, tasks } = { ...one.parts, ...one.parts.credentials };
  const shown: KeyPair[] = [];
  const spy = { ...carrier, identify: (pair: KeyPair) => void (shown.push(pair), carrier.identify(pair)) };
  writeCredentials(directory, one.parts.credentials);
  keepIdentity({ ...one.parts, nodeName: "n1", carrier: spy });
  await until(() => shown.length > 0);
  const kept = readCredentials(directory)!;
  assert.deepEqual(kept.kubelet, shown[0]);
  assert.equal(kept.authority, authority);
  const { subject, validTo } = new X509Certificate(kept.kubelet.certificate);
  assert.equal(subject, "O=system:nodes\nCN=system:node:n1");
  assert(Date.parse(validTo) > clock.now() + 300 * 86_400_000);
  await client.create(Node, { metadata: { name: "n1" } }, { signal: tasks.signal });
});

/** Asks a node's own API, as the API server does. Undefined where its certificate is not the cluster's, or not node n1's. */
async function askNode(port: number): Promise<string | undefined> {
  const { pki } = opened.server;
  const { certificate: cert, key } = clientCertificate(pki, "kubelet-client", "kube-apiserver-kubelet-client", []);
  const to = { host: "127.0.0.1", port, servername: "n1", ca: pki.authority.certificate, cert, key };
  const socket = connect({ ...to, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  if (!socket.authorized) {
    socket.destroy();
    return undefined;
  }
  socket.write("GET /healthz HTTP/1.1\r\nhost: n1\r\nconnection: close\r\n\r\n");
  let text = "";
  for await (const chunk of socket) text += String(chunk);
  return text;
}

test("node server: listens at once, and is believed when the cluster has signed its certificate", async () => {
  await using one = agent(certificate(0, 86_400_000));
  const { client, tasks } = one.parts;
  const { signal } = tasks;
  const kubelet = { nodeName: "n1" } as unknown as Kubelet;
  const names = ["n1", "192.0.2.7"];
  const http = await serveNode({ ...one.parts, kubelet, names, port: 0 });
  const { port } = http.address;
  assert.equal(await askNode(port), undefined);
  const says = mergePatch({ status: { addresses: [{ type: "InternalIP", address: "192.0.2.7" }] } });
  await client.patch(Node, { name: "n1" }, says, { subresource: "status", signal });
  await until(async () => (await askNode(port)) !== undefined);
  assert.match((await askNode(port))!, /^HTTP\/1.1 200 OK\r\n[\s\S]*\r\n\r\nok$/);
  await http.close();
});
