import { merge } from "../../../src/apiserver/answers/drafts.ts";
import { type Case, defineCase, type Step } from "../define-case.ts";

// What services get, keep and lose of addresses and ports, where they are tried out and where they are stored.

const SERVICES = "/api/v1/namespaces/{ns}/services";
const port = (name: string, number: number, nodePort?: number, protocol?: string) => ({
  name,
  port: number,
  nodePort,
  protocol,
});

/** Tried out, and done; then taken away. */
function create(spec: object): readonly Step[] {
  const body = { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec };
  return [
    { ask: `POST ${SERVICES}?dryRun=All`, body },
    { ask: `POST ${SERVICES}`, body },
    { ask: `DELETE ${SERVICES}/one` },
  ];
}

const nodePorts = [
  { type: "NodePort", ports: [port("a", 80, 31_801), port("b", 81, 31_801)] },
  { type: "NodePort", ports: [port("a", 80, 31_801), port("b", 80, 31_801, "UDP")] },
  { type: "NodePort", ports: [port("a", 80), port("b", 80, 31_802, "UDP"), port("c", 81)] },
  { type: "NodePort", ports: [port("a", 80, 1)] },
  { type: "LoadBalancer", ports: [{ port: 80 }, { port: 80 }] },
  { type: "LoadBalancer", allocateLoadBalancerNodePorts: false, ports: [port("a", 80, 31_803), port("b", 81)] },
  { type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 1, ports: [port("a", 80)] },
  { type: "LoadBalancer", externalTrafficPolicy: "Local", healthCheckNodePort: 31_804, ports: [port("a", 80)] },
];

const changes = [
  { ports: [port("a", 90), port("b", 80)] },
  { ports: [port("b", 80, undefined, "SCTP"), port("a", 81)] },
  { ports: [port("a", 80, 31_811), port("b", 81, 31_811)] },
  { ports: [port("", 80), port("", 81)] },
  { ports: [port("a", 80, 31_811)] },
  { type: "LoadBalancer", allocateLoadBalancerNodePorts: false },
  { type: "ClusterIP" },
  { type: "ClusterIP", ports: [port("a", 80, 31_812)] },
  { type: "ExternalName", externalName: "there", internalTrafficPolicy: "Local" },
  { type: "ExternalName", externalName: "there", internalTrafficPolicy: "x" },
  { clusterIP: "9.9.9.9" },
  { clusterIP: "9.9.9.9", clusterIPs: null },
  { clusterIPs: ["9.9.9.9"] },
  { ipFamilies: ["IPv6"] },
];

const bases = [
  { type: "NodePort", ports: [port("a", 80), port("b", 81, 31_810)] },
  { type: "ExternalName", externalName: "here", ports: [port("a", 80)] },
  { clusterIP: "None", ports: [port("a", 80)] },
  { clusterIP: "None", selector: { a: "b" }, ports: [port("a", 80)] },
];

const cases: readonly Case[] = [
  defineCase("node-ports-of-services", "api", nodePorts.flatMap(create)),
  defineCase(
    "cluster-ips-of-services",
    "api",
    ["9.9.9.9", "10.0.0.0", "10.0.255.255", "10.96.0.0", "10.96.255.255", "10.0.0.1", "10.96.0.1", "::1"].flatMap(
      (clusterIP) => create({ clusterIP, ports: [port("a", 80)] }),
    ),
  ),
  ...bases.map((base, index) =>
    defineCase(`changes-of-services-${index}`, "api", [
      { ask: `POST ${SERVICES}`, body: { apiVersion: "v1", kind: "Service", metadata: { name: "one" }, spec: base } },
      ...changes.map((spec) => ({ ask: `PATCH ${SERVICES}/one?dryRun=All`, headers: merge, body: { spec } })),
      { ask: `DELETE ${SERVICES}/one` },
    ]),
  ),
  defineCase("network-ranges-of-services", "api", [
    ...create({
      type: "LoadBalancer",
      ports: [port("a", 80)],
      loadBalancerSourceRanges: ["::ffff:1.2.3.0/120", "::ffff:1.2.3.0/90", "::ffff:1.2.3.0/129", "1.2.3.4/8 "],
    }),
  ]),
];

export default cases;
