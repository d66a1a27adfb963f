import assert from "node:assert/strict";
import { test } from "node:test";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { createClient } from "../../client/client.ts";
import { simulate, type World } from "../../cluster/testing.ts";
import { simulatedAuthority, simulatedRequest } from "../../host/sim/certificates.ts";
import { decodeBase64, encodeBase64 } from "../../machinery/base64.ts";
import type { Draft } from "../../machinery/object.ts";
import { csrCleaner } from "../csrcleaner/controller.ts";
import { csrSigning } from "../csrsigning/controller.ts";
import { csrApproving } from "./controller.ts";

const controllers = () => [
  csrApproving(simulatedAuthority),
  csrSigning(simulatedAuthority),
  csrCleaner(simulatedAuthority),
];
const HOUR_MS = 3_600_000;
const node = { commonName: "system:node:n1", organizations: ["system:nodes"] };
const user = (name: string, groups: readonly string[]) => ({
  name,
  uid: "",
  groups: [...groups, "system:authenticated"],
  extra: {},
});

function draft(signerName: string, purpose: string, requested: object = node): Draft<CertificateSigningRequest> {
  return {
    metadata: { name: "csr" },
    spec: {
      request: encodeBase64(simulatedRequest(requested)),
      signerName,
      usages: ["digital signature", purpose],
    },
  } as unknown as Draft<CertificateSigningRequest>;
}

async function worldWhere(group: string, role: string): Promise<World> {
  const world = await simulate({ controllers: controllers() });
  const kind = world.server.registry.byKind("rbac.authorization.k8s.io", "v1", "ClusterRoleBinding")!;
  const apiGroup = "rbac.authorization.k8s.io";
  const subjects = [{ apiGroup, kind: "Group", name: group }];
  for (const name of ["system:node-bootstrapper", role]) {
    const roleRef = { apiGroup, kind: "ClusterRole", name };
    await world.apply(kind, { metadata: { name: `test-${name}` }, roleRef, subjects } as never);
  }
  return world;
}

const NODE_CLIENT = "system:certificates.k8s.io:certificatesigningrequests:nodeclient";
const SELF_CLIENT = "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient";

async function ask(world: World, asking: ReturnType<typeof user>, request: Draft<CertificateSigningRequest>) {
  const client = createClient(world.server.transport(asking, "kubelet"));
  await client.create(CertificateSigningRequest, request, { signal: new AbortController().signal });
  await world.settle();
  return world.get(CertificateSigningRequest, "csr")!;
}

test("csrapproving: a node that joins gets its client certificate, and the request goes after an hour", async () => {
  await using world = await worldWhere("system:bootstrappers", NODE_CLIENT);
  const request = draft("kubernetes.io/kube-apiserver-client-kubelet", "client auth");
  const { status } = await ask(world, user("system:bootstrap:abcdef", ["system:bootstrappers"]), request);
  assert.equal(status.conditions?.[0]?.reason, "AutoApproved");
  assert.match(decodeBase64(status.certificate!), /BEGIN CERTIFICATE/);
  await world.assertQuiet();
  await world.advance(HOUR_MS + 2000);
  assert.equal(world.get(CertificateSigningRequest, "csr"), undefined);
});

test("csrapproving: a node renews its own certificate, and gets nobody else's", async () => {
  const request = draft("kubernetes.io/kube-apiserver-client-kubelet", "client auth");
  {
    await using world = await worldWhere("system:nodes", SELF_CLIENT);
    const { status } = await ask(world, user("system:node:n1", ["system:nodes"]), request);
    assert.match(status.conditions?.[0]?.message ?? "", /self kubelet client certificate/);
  }
  await using world = await worldWhere("system:nodes", SELF_CLIENT);
  const { status } = await ask(world, user("somebody", ["system:nodes"]), request);
  assert.deepEqual(status, {});
});

test("csrapproving: whoever lacks the right waits for a person, for a day", async () => {
  await using world = await worldWhere("system:bootstrappers", SELF_CLIENT);
  const request = draft("kubernetes.io/kube-apiserver-client-kubelet", "client auth");
  const { status } = await ask(world, user("system:bootstrap:abcdef", ["system:bootstrappers"]), request);
  assert.deepEqual(status, {});
  await world.assertQuiet();
  await world.advance(25 * HOUR_MS);
  assert.equal(world.get(CertificateSigningRequest, "csr"), undefined);
});

test("csrsigning: what the signer does not sign fails, and says why", async () => {
  await using world = await worldWhere("system:nodes", SELF_CLIENT);
  const request = draft("kubernetes.io/kubelet-serving", "server auth");
  const made = await ask(world, user("system:node:n1", ["system:nodes"]), request);
  const approval = { type: "Approved", status: "True", reason: "Person", message: "" };
  const approved = { ...made, status: { conditions: [approval] } } as unknown as Draft<CertificateSigningRequest>;
  await world.client.update(CertificateSigningRequest, approved, { subresource: "approval" });
  await world.settle();
  const { status } = world.get(CertificateSigningRequest, "csr")!;
  const failed = status.conditions?.find(({ type }) => type === "Failed");
  assert.equal(failed?.message, "DNS or IP subjectAltName is required");
  assert.equal(status.certificate, undefined);
  await world.assertQuiet();
});
