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

test("csrserving: waits until the node has said its addresses, then approves", async () => {
  await using world = await simulate({ controllers: [csrServing(simulatedAuthority)] });
  const user = { name: "system:node:n1", uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };
  const node = createClient(world.server.transport(user, "kubelet"));
  await node.create(Node, { metadata: { name: "n1" } }, { signal });
  const requested = { commonName: user.name, organizations: ["system:nodes"], addresses: ["192.0.2.7"] };
  const draft = {
    metadata: { name: "csr" },
    spec: {
      request: encodeBase64(simulatedRequest(requested)),
      signerName: "kubernetes.io/kubelet-serving",
      usages: ["digital signature", "server auth"],
    },
  } as unknown as Draft<CertificateSigningRequest>;
  await node.create(CertificateSigningRequest, draft, { signal });
  await world.settle();
  assert.deepEqual(world.get(CertificateSigningRequest, "csr")?.status, {});
  await world.assertQuiet();
  const addresses = mergePatch({ status: { addresses: [{ type: "InternalIP", address: "192.0.2.7" }] } });
  await node.patch(Node, { name: "n1" }, addresses, { subresource: "status", signal });
  await world.settle();
  const { conditions } = world.get(CertificateSigningRequest, "csr")!.status;
  assert.deepEqual(
    conditions?.map(({ type, reason }) => [type, reason]),
    [["Approved", "AutoApproved"]],
  );
  await world.assertQuiet();
});
