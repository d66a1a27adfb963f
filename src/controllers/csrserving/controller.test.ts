import assert from "node:assert/strict";
import { test } from "node:test";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { Node } from "../../api/core/v1/node.ts";
import { createClient, mergePatch } from "../../client/client.ts";
import { simulatedAuthority, simulatedRequest } from "../../host/sim/certificates.ts";
import { encodeBase64 } from "../../machinery/base64.ts";
import type { Draft } from "../../machinery/object.ts";
import { csrServing } from "./controller.ts";
import { simulate } from "../../cluster/testing.ts";

const { signal } = new AbortController();

/** A world in which node n1 has asked for the certificate of its own API at an address. */
async function asked(address: string, ownNode?: string) {
  const world = await simulate({ controllers: [csrServing(simulatedAuthority, ownNode)] });
  const user = { name: "system:node:n1", uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };
  const node = createClient(world.server.transport(user, "kubelet"));
  await node.create(Node, { metadata: { name: "n1" } }, { signal });
  const requested = { commonName: user.name, organizations: ["system:nodes"], addresses: [address] };
  const draft = {
    metadata: { name: "csr" },
    spec: {
      request: encodeBase64(simulatedRequest(requested)),
      signerName: "kubernetes.io/kubelet-serving",
      usages: ["digital signature", "server auth"],
    },
  } as unknown as Draft<CertificateSigningRequest>;
  await node.create(CertificateSigningRequest, draft, { signal });
  const decided = async () => {
    await world.settle();
    const { conditions = [] } = world.get(CertificateSigningRequest, "csr")!.status;
    await world.assertQuiet();
    return conditions.map(({ type, reason }) => `${type} ${reason}`);
  };
  const says = (own: string) => {
    const addresses = mergePatch({ status: { addresses: [{ type: "InternalIP", address: own }] } });
    return node.patch(Node, { name: "n1" }, addresses, { subresource: "status", signal });
  };
  return { decided, says, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

test("csrserving: waits until the node has said its addresses, then approves", async () => {
  await using node = await asked("192.0.2.7");
  assert.deepEqual(await node.decided(), []);
  await node.says("192.0.2.7");
  assert.deepEqual(await node.decided(), ["Approved AutoApproved"]);
});

/** Where the API server of a simulated world is. */
const SERVER = "192.0.2.1";

test("csrserving: the API server's address is certified for the node on its own machine alone", async () => {
  await using stranger = await asked(SERVER);
  await stranger.says(SERVER);
  assert.deepEqual(await stranger.decided(), []);
  await using own = await asked(SERVER, "n1");
  await own.says(SERVER);
  assert.deepEqual(await own.decided(), ["Approved AutoApproved"]);
});
