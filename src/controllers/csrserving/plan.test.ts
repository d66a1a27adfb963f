import assert from "node:assert/strict";
import { test } from "node:test";
import type { RequestedCertificate } from "../../api/certificates/reader.ts";
import type { CertificateSigningRequest } from "../../api/generated/certificates-v1.ts";
import type { Node } from "../../api/generated/core-v1.ts";
import { SERVER_NAMES } from "../../apiserver/server-names.ts";
import { askingNode, servingProblem } from "./plan.ts";

function node(name: string, ...addresses: readonly (readonly [string, string])[]): Node {
  const status = { addresses: addresses.map(([type, address]) => ({ type, address })) };
  return { metadata: { name }, status } as unknown as Node;
}

const n1 = node("n1", ["InternalIP", "192.0.2.1"], ["ExternalIP", "2001:db8::1"], ["Hostname", "elsewhere"]);
const n2 = node("n2", ["InternalIP", "192.0.2.2"]);
const greedy = node("greedy", ["InternalIP", "192.0.2.2"], ["InternalIP", "10.96.0.1"], ["InternalIP", "127.0.0.1"]);
const server = new Set([...SERVER_NAMES, "10.96.0.1", "192.0.2.100"]);

function request(name: string): CertificateSigningRequest {
  const spec = {
    username: `system:node:${name}`,
    groups: ["system:nodes", "system:authenticated"],
    usages: ["digital signature", "server auth"],
  };
  return { spec } as unknown as CertificateSigningRequest;
}

function problem(asking: Node, requested: Partial<RequestedCertificate>): string | undefined {
  const { name } = asking.metadata;
  const subject = { commonName: `system:node:${name}`, organizations: ["system:nodes"] };
  const nothing = { dnsNames: [], addresses: [], emailAddresses: [], uris: [] };
  const reserved = { nodes: [n1, n2, greedy, asking], server };
  return servingProblem(request(name), { ...subject, ...nothing, ...requested }, asking, reserved);
}

const CASES: readonly (readonly [string, Node, Partial<RequestedCertificate>, string | undefined])[] = [
  ["its name and addresses", n1, { dnsNames: ["n1"], addresses: ["192.0.2.1", "2001:db8::1"] }, undefined],
  ["another address", n1, { addresses: ["192.0.2.9"] }, "node n1 is not known as 192.0.2.9"],
  ["another node's name", n1, { dnsNames: ["n1", "n2"] }, "node n1 is not known as n2"],
  ["a name that it gives itself", n1, { dnsNames: ["elsewhere"] }, "node n1 is not known as elsewhere"],
  ["another node's address as its own", greedy, { addresses: ["192.0.2.2"] }, "192.0.2.2 is not of node greedy alone"],
  ["the API server's address", greedy, { addresses: ["10.96.0.1"] }, "10.96.0.1 is not of node greedy alone"],
  ["everybody's address", greedy, { addresses: ["127.0.0.1"] }, "127.0.0.1 is not of node greedy alone"],
  ["the API server's name", node("localhost"), { dnsNames: ["localhost"] }, "localhost is not of node localhost alone"],
  ["no name at all", n1, {}, "DNS or IP subjectAltName is required"],
  ["another node's subject", n1, { commonName: "system:node:n2", dnsNames: ["n1"] }, "system:node:n2 is not who asks"],
];

for (const [what, asking, requested, expected] of CASES) {
  test(`csrserving: ${what}: ${expected ?? "approved"}`, () => assert.equal(problem(asking, requested), expected));
}

test("csrserving: only a node asks for itself", () => {
  assert.equal(askingNode(request("n1")), "n1");
  const { spec } = request("n1");
  const bootstrapper = { spec: { ...spec, groups: ["system:bootstrappers"] } } as unknown as CertificateSigningRequest;
  assert.equal(askingNode(bootstrapper), undefined);
});
