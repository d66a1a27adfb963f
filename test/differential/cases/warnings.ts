import { apply, merge, strategic } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase } from "../define-case.ts";

// What Kubernetes accepts and warns of.

const NAMESPACE = "/api/v1/namespaces/{ns}";
const NODE = "/api/v1/nodes/{ns}-one";
const BALANCED = { loadBalancer: { ingress: [{ ip: "2001:DB8::1" }, { ip: "" }] } };

const cases: readonly Case[] = [
  defineCase("warnings-of-nodes", "api", [
    {
      ask: "POST /api/v1/nodes",
      body: { metadata: { name: "{ns}-one" }, spec: { externalID: "a", podCIDRs: ["2001:DB8::/64"] } },
    },
    { ask: `PATCH ${NODE}/status`, headers: strategic, body: { status: null } },
    { ask: `PATCH ${NODE}/status`, headers: merge, body: { status: { phase: "Running" } } },
    { ask: `PATCH ${NODE}`, headers: merge, body: { metadata: { labels: { a: "b" } } } },
    {
      ask: `PATCH ${NODE}?fieldManager=applier`,
      headers: apply,
      body: { apiVersion: "v1", kind: "Node", metadata: { name: "{ns}-one" } },
    },
  ]),
  defineCase("warnings-of-statuses", "api", [
    {
      ask: `POST ${NAMESPACE}/services`,
      body: {
        metadata: { name: "one" },
        spec: { type: "LoadBalancer", ports: [{ port: 80 }], externalIPs: ["1.2.3.4"] },
      },
    },
    { ask: `PATCH ${NAMESPACE}/services/one/status`, headers: merge, body: { status: BALANCED } },
    {
      ask: "POST /apis/networking.k8s.io/v1/namespaces/{ns}/ingresses",
      body: { metadata: { name: "one" }, spec: { defaultBackend: { service: { name: "web", port: { number: 80 } } } } },
    },
    {
      ask: "PATCH /apis/networking.k8s.io/v1/namespaces/{ns}/ingresses/one/status",
      headers: merge,
      body: { status: BALANCED },
    },
    {
      ask: `POST ${NAMESPACE}/pods`,
      body: { metadata: { name: "one" }, spec: { containers: [{ name: "main", image: "web:1" }] } },
    },
    ...[["2001:DB8::1"], ["2001:DB8::1", "10.1.2.3"]].map((ips) => ({
      ask: `PATCH ${NAMESPACE}/pods/one/status`,
      headers: merge,
      body: { status: { podIPs: ips.map((ip) => ({ ip })), hostIPs: ips.map((ip) => ({ ip })) } },
    })),
  ]),
];

export default cases;
