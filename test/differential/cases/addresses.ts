import { defineCase } from "../define-case.ts";

// Addresses and networks as objects of their own, and in how many ways they can be written.

const AT = "/apis/networking.k8s.io/v1";
const parentRef = { resource: "services", name: "one" };

const address = (metadata: object) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "IPAddress",
  metadata,
  spec: { parentRef },
});
const network = (cidrs: readonly string[]) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "ServiceCIDR",
  metadata: { name: "{ns}-one" },
  spec: { cidrs },
});

export default defineCase("addresses", "api", [
  ...[
    {},
    ...["x", "010.1.2.3", "::ffff:1.2.3.4", "FD00::1", "fd00:0::1"].map((name) => ({ name })),
    ...["x", "10.9.8.7", "010.1.2.3"].map((generateName) => ({ generateName })),
  ].map((metadata) => ({ ask: `POST ${AT}/ipaddresses?dryRun=All`, body: address(metadata) })),
  ...[
    ["10.77.0.1/16"],
    ["010.77.0.0/16"],
    ["10.77.0.0/016"],
    ["10.77.0.0/16", ""],
    ["10.77.0.0/16", "10.78.0.0/16"],
    ["10.77.0.0/16", "fd00:1::/108", "10.78.0.0/16"],
    ["FD00:1::/108"],
    ["fd00:1::1/108"],
    ["::ffff:10.0.0.0/112"],
    ["::ffff:10.0.0.0/16"],
    ["::ffff:10.0.0.1/112", "10.77.0.0/16"],
  ].map((cidrs) => ({ ask: `POST ${AT}/servicecidrs?dryRun=All`, body: network(cidrs) })),
  ...["::ffff:10.0.0.0/104", "::ffff:10.0.0.0/8", "::ffff:1:2:3/64"].map((cidr) => ({
    ask: `POST ${AT}/namespaces/{ns}/networkpolicies?dryRun=All`,
    body: {
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "one" },
      spec: { podSelector: {}, ingress: [{ from: [{ ipBlock: { cidr } }] }] },
    },
  })),
]);
