import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, mergePatch } from "../../../client/client.ts";
import { CertificateSigningRequest } from "../../../api/certificates/v1/certificate-signing-request.ts";
import { Lease } from "../../../api/coordination/v1/lease.ts";
import { Node } from "../../../api/core/v1/node.ts";
import { Pod } from "../../../api/core/v1/pod.ts";
import { ServiceAccount } from "../../../api/core/v1/service-account.ts";
import { simulatedAuthority, simulatedRequest } from "../../../host/sim/certificates.ts";
import { simulatedSigner } from "../../../host/sim/token-signer.ts";
import { VirtualClock } from "../../../host/sim/virtual-clock.ts";
import { encodeBase64 } from "../../../machinery/base64.ts";
import type { Draft } from "../../../machinery/object.ts";
import { startTestServer } from "../../testing.ts";

/** Two nodes, a pod on each, and a client that shows the certificate of the first. */
async function twoNodes() {
  const test = await startTestServer({
    clock: new VirtualClock(),
    signer: simulatedSigner,
    certificates: simulatedAuthority,
  });
  const { client, signal, server } = test;
  await client.create(ServiceAccount, { metadata: { name: "default", namespace: "default" } }, { signal });
  const pods: Record<string, Pod> = {};
  for (const name of ["n1", "n2"]) {
    await client.create(Node, { metadata: { name, labels: { team: "a" } } }, { signal });
    const draft = {
      metadata: { name: `on-${name}`, namespace: "default" },
      spec: { nodeName: name, containers: [{ name: "a", image: "a" }] },
    };
    pods[name] = await client.create(Pod, draft as unknown as Draft<Pod>, { signal });
  }
  const user = { name: "system:node:n1", uid: "", groups: ["system:nodes", "system:authenticated"], extra: {} };
  const node = createClient(server.transport(user, "kubelet"));
  return { ...test, [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](), node, pods };
}

type Nodes = Awaited<ReturnType<typeof twoNodes>>;
type Try = (nodes: Nodes) => Promise<unknown>;

const named = (name: string) => ({ namespace: "default", name });
const status =
  (name: string, body: object): Try =>
  ({ node, signal }) =>
    node.patch(Pod, named(name), mergePatch(body), { subresource: "status", signal });
const patchNode =
  (name: string, body: object): Try =>
  ({ node, signal }) =>
    node.patch(Node, { name }, mergePatch(body), { signal });
const evict =
  (name: string): Try =>
  ({ node, signal }) =>
    node.createSubresource(Pod as never, named(name), "eviction", { metadata: named(name) }, { signal });
const remove =
  (name: string): Try =>
  ({ node, signal }) =>
    node.delete(Pod, named(name), { signal });
const lease =
  (name: string): Try =>
  ({ node, signal }) =>
    node.create(Lease, { metadata: { name, namespace: "kube-node-lease" } }, { signal });
const token =
  (pod: string, more: object = {}): Try =>
  ({ node, pods, signal }) => {
    const { metadata } = pods[pod]!;
    const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: metadata.name, uid: metadata.uid, ...more };
    const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: { boundObjectRef } };
    return node.createSubresource(ServiceAccount as never, named("default"), "token", body, { signal });
  };
const certificate =
  (commonName: string): Try =>
  ({ node, signal }) => {
    const request = encodeBase64(simulatedRequest({ commonName, organizations: ["system:nodes"] }));
    const signerName = "kubernetes.io/kube-apiserver-client-kubelet";
    const spec = { request, signerName, usages: ["digital signature", "client auth"] };
    const draft = { metadata: { name: "mine" }, spec } as unknown as Draft<CertificateSigningRequest>;
    return node.create(CertificateSigningRequest, draft, { signal });
  };
const mirror =
  (spec: object, metadata: object = {}): Try =>
  async ({ node, client, signal }) => {
    const { uid } = (await client.get(Node, { name: "n1" }, { signal })).metadata;
    const owner = { apiVersion: "v1", kind: "Node", name: "n1", uid, controller: true };
    const annotations = { "kubernetes.io/config.mirror": "x" };
    const draft = {
      metadata: { ...named("static-n1"), annotations, ownerReferences: [owner], ...metadata },
      spec: { nodeName: "n1", containers: [{ name: "a", image: "a" }], tolerations: [{ operator: "Exists" }], ...spec },
    };
    return node.create(Pod, draft as unknown as Draft<Pod>, { signal });
  };
const register =
  (name: string, labels: object): Try =>
  async ({ node, client, signal }) => {
    await client.delete(Node, { name: "n1" }, { signal });
    return node.create(Node, { metadata: { name, labels } } as unknown as Draft<Node>, { signal });
  };

const ALLOWED: readonly (readonly [string, Try])[] = [
  ["its own status", patchNode("n1", { metadata: { annotations: { a: "b" } } })],
  ["its own labels", patchNode("n1", { metadata: { labels: { "node.kubernetes.io/x": "1", mine: "2" } } })],
  ["its registration", register("n1", { "kubernetes.io/hostname": "n1" })],
  ["its pod's status", status("on-n1", { status: { phase: "Running" } })],
  ["evicting its pod", evict("on-n1")],
  ["removing its pod", remove("on-n1")],
  ["its lease", lease("n1")],
  ["a token for its pod", token("n1")],
  ["its certificate", certificate("system:node:n1")],
  ["a mirror pod", mirror({})],
];

for (const [what, attempt] of ALLOWED) {
  test(`a node may: ${what}`, async () => {
    await using nodes = await twoNodes();
    await attempt(nodes);
  });
}

const REFUSED: readonly (readonly [string, Try, string])[] = [
  ["another node", patchNode("n2", {}), 'node "n1" is not allowed to modify node "n2"'],
  ["registering another node", register("n3", {}), 'node "n1" is not allowed to modify node "n3"'],
  [
    "registering with a role",
    register("n1", { "node-role.kubernetes.io/control-plane": "" }),
    'node "n1" is not allowed to set the following labels: node-role.kubernetes.io/control-plane',
  ],
  [
    "labels that others rely on",
    patchNode("n1", { metadata: { labels: { "node-restriction.kubernetes.io/a": "b" } } }),
    "is not allowed to modify labels: node-restriction.kubernetes.io/a",
  ],
  ["its taints", patchNode("n1", { spec: { taints: [] } }), 'node "n1" is not allowed to modify taints'],
  [
    "another node's pod",
    status("on-n2", { status: { phase: "Failed" } }),
    'node "n1" can only update pod status for pods with spec.nodeName set to itself',
  ],
  [
    "its pod's labels",
    status("on-n1", { metadata: { labels: { app: "web" } } }),
    'node "n1" cannot update labels through pod status',
  ],
  ["evicting another node's pod", evict("on-n2"), "node n1 can only evict pods with spec.nodeName set to itself"],
  ["removing another node's pod", remove("on-n2"), "can only delete pods with spec.nodeName set to itself"],
  ["another node's lease", lease("n2"), "can only access node lease with the same name as the requesting node"],
  ["a token for another node's pod", token("n2"), "node requested token bound to a pod scheduled on a different node"],
  ["a token for a pod that was", token("n1", { uid: "old" }), "does not match the UID in record"],
  ["a token for no pod", token("n1", { kind: "Secret" }), "node requested token not bound to a pod"],
  ["another node's certificate", certificate("system:node:n2"), "can only create a node CSR with CN=system:node:n1"],
  ["a pod that is no mirror", mirror({}, { annotations: {} }), "can only create mirror pods"],
  ["a mirror pod on another node", mirror({ nodeName: "n2" }), "can only create pods with spec.nodeName set to itself"],
  ["a mirror pod of nobody", mirror({}, { ownerReferences: [] }), "with an owner reference set to itself"],
  [
    "a mirror pod that reads a secret",
    mirror({ volumes: [{ name: "a", secret: { secretName: "a" } }] }),
    'node "n1" can not create pods that reference secrets (via secret volumes)',
  ],
];

for (const [what, attempt, message] of REFUSED) {
  test(`a node may not: ${what}`, async () => {
    await using nodes = await twoNodes();
    await assert.rejects(attempt(nodes), (error: Error) => {
      assert(error.message.includes(message), error.message);
      return true;
    });
  });
}
