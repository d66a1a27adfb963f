import assert from "node:assert/strict";
import { test } from "node:test";
import { CertificateSigningRequest } from "../../api/certificates/v1/certificate-signing-request.ts";
import { type Client, createClient } from "../../client/client.ts";
import { simulatedAuthority, simulatedRequest } from "../../host/sim/certificates.ts";
import { simulatedSigner } from "../../host/sim/token-signer.ts";
import { VirtualClock } from "../../host/sim/virtual-clock.ts";
import { encodeBase64 } from "../../machinery/base64.ts";
import type { Draft, KubeObject } from "../../machinery/object.ts";
import { startTestServer, type TestServer } from "../testing.ts";

const start = () =>
  startTestServer({ clock: new VirtualClock(), signer: simulatedSigner, certificates: simulatedAuthority });

function draft(
  name: string,
  spec: object = {},
  organizations: readonly string[] = [],
): Draft<CertificateSigningRequest> {
  const request = encodeBase64(simulatedRequest({ commonName: "somebody", organizations }));
  const usual = { request, signerName: "example.com/signer", usages: ["client auth"] };
  return { metadata: { name }, spec: { ...usual, ...spec } } as unknown as Draft<CertificateSigningRequest>;
}

/** Somebody with these rights on all that certificates are about. */
async function clientOf(
  { server, client, signal }: TestServer,
  name: string,
  rules: readonly object[],
): Promise<Client> {
  const kinds = ["ClusterRole", "ClusterRoleBinding"] as const;
  const [role, binding] = kinds.map((kind) => server.registry.byKind("rbac.authorization.k8s.io", "v1", kind)!);
  await client.create(role!, { metadata: { name }, rules } as Draft<KubeObject>, { signal });
  const roleRef = { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name };
  const subjects = [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name }];
  await client.create(binding!, { metadata: { name }, roleRef, subjects } as Draft<KubeObject>, { signal });
  const user = { name, uid: "7", groups: ["system:authenticated"], extra: { tries: ["1"] } };
  return createClient(server.transport(user, "test"));
}

const APPROVE = [
  {
    verbs: ["*"],
    apiGroups: ["certificates.k8s.io"],
    resources: [
      "certificatesigningrequests",
      "certificatesigningrequests/approval",
      "certificatesigningrequests/status",
    ],
  },
];
const signers = (verb: string, name: string) => ({
  verbs: [verb],
  apiGroups: ["certificates.k8s.io"],
  resources: ["signers"],
  resourceNames: [name],
});

const approved = (request: CertificateSigningRequest) =>
  ({
    ...request,
    status: { conditions: [{ type: "Approved", status: "True", reason: "Test" }] },
  }) as unknown as Draft<CertificateSigningRequest>;

test("a request names who made the call, and nobody else", async () => {
  await using server = await start();
  const client = await clientOf(server, "ann", APPROVE);
  const { signal } = server;
  const made = await client.create(CertificateSigningRequest, draft("mine", { username: "bob", groups: ["kings"] }), {
    signal,
  });
  assert.equal(made.spec.username, "ann");
  assert.equal(made.spec.uid, "7");
  assert.deepEqual(made.spec.groups, ["system:authenticated"]);
  assert.deepEqual(made.spec.extra, { tries: ["1"] });
});

test("approving takes the right to approve for that signer, or for all of its domain", async () => {
  await using server = await start();
  const { client, signal } = server;
  const request = await client.create(CertificateSigningRequest, draft("mine"), { signal });
  const approve = { subresource: "approval", signal };
  const ann = await clientOf(server, "ann", [...APPROVE, signers("approve", "example.org/*")]);
  await assert.rejects(ann.update(CertificateSigningRequest, approved(request), approve), {
    message:
      'certificatesigningrequests.certificates.k8s.io "mine" is forbidden: user not permitted to approve requests with signerName "example.com/signer"',
  });
  const bob = await clientOf(server, "bob", [...APPROVE, signers("approve", "example.com/*")]);
  const { status } = await bob.update(CertificateSigningRequest, approved(request), approve);
  assert.equal(status.conditions?.[0]?.type, "Approved");
  assert.notEqual(status.conditions?.[0]?.lastUpdateTime, null);
});

test("the certificate takes the right to sign; approvals are not the status' to write", async () => {
  await using server = await start();
  const { client, signal } = server;
  const request = await client.create(CertificateSigningRequest, draft("mine"), { signal });
  const certificate = encodeBase64(
    simulatedAuthority.sign(simulatedRequest({}), { usages: [], notBeforeMs: 0, notAfterMs: 1 }),
  );
  const ann = await clientOf(server, "ann", APPROVE);
  const signed = { ...request, status: { certificate } };
  const write = { subresource: "status", signal };
  await assert.rejects(ann.update(CertificateSigningRequest, signed, write), /not permitted to sign requests/);
  const bob = await clientOf(server, "bob", [...APPROVE, signers("sign", "example.com/signer")]);
  await assert.rejects(
    bob.update(CertificateSigningRequest, approved(request), write),
    /status.conditions: Forbidden: updates may not add a condition of type "Approved"/,
  );
  const done = await bob.update(CertificateSigningRequest, signed, write);
  assert.equal(done.status.certificate, certificate);
  // What is done stays, by whichever way.
  const without = { ...done, status: {}, spec: { ...done.spec, signerName: "example.com/other" } };
  const kept = await client.update(CertificateSigningRequest, without, { signal });
  assert.equal(kept.status.certificate, certificate);
  assert.equal(kept.spec.signerName, "example.com/signer");
  await assert.rejects(client.update(CertificateSigningRequest, without, write), /may not modify existing certificate/);
});

test("nobody becomes a master by request", async () => {
  await using server = await start();
  const { client, signal } = server;
  const spec = { signerName: "kubernetes.io/kube-apiserver-client" };
  await assert.rejects(
    client.create(CertificateSigningRequest, draft("mine", spec, ["system:masters"]), { signal }),
    /use of kubernetes.io\/kube-apiserver-client signer with system:masters group is not allowed/,
  );
});

const REFUSED: readonly (readonly [string, object, string])[] = [
  ["no request", { request: encodeBase64("nothing") }, "PEM block type must be CERTIFICATE REQUEST"],
  ["no usages", { usages: [] }, "spec.usages: Required value"],
  ["an unknown usage", { usages: ["client auth", "x"] }, 'spec.usages[1]: Unsupported value: "x"'],
  ["a usage twice", { usages: ["any", "any"] }, 'spec.usages[1]: Duplicate value: "any"'],
  ["no signer", { signerName: "" }, "spec.signerName: Required value"],
  ["a signer without a path", { signerName: "example.com" }, "must be a fully qualified domain and path"],
  [
    "a signer without a domain",
    { signerName: "a/b" },
    "should be a domain with at least two segments separated by dots",
  ],
  ["the legacy signer", { signerName: "kubernetes.io/legacy-unknown" }, "is not allowed via this API version"],
  ["too short a life", { expirationSeconds: 599 }, "may not specify a duration less than 600 seconds"],
];

for (const [what, spec, message] of REFUSED) {
  test(`refused: ${what}`, async () => {
    await using server = await start();
    const { client, signal } = server;
    await assert.rejects(client.create(CertificateSigningRequest, draft("mine", spec), { signal }), (error: Error) => {
      assert(error.message.includes(message), error.message);
      return true;
    });
  });
}
