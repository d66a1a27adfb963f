import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "../../api/generated/core-v1.ts";
import { parseIpRanges } from "../../base/ip-range.ts";
import { type BalancerPlan, type BalancerWorld, planBalancer } from "./plan.ts";

interface Made {
  readonly spec?: object;
  readonly has?: readonly string[];
  readonly createdAt?: number;
}

function service(name: string, { spec, has = [], createdAt = 0 }: Made = {}): Service {
  const ingress = has.map((ip) => ({ ip }));
  return {
    metadata: { name, namespace: "default", creationTimestamp: `2026-01-01T00:00:0${createdAt}Z` },
    spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }], ipFamilies: ["IPv4"], ...spec },
    status: { loadBalancer: { ingress } },
  } as unknown as Service;
}

const range = parseIpRanges("192.0.2.1-192.0.2.2,fd00::1-fd00::9")!;
const ranged: BalancerWorld = { ranges: range, nodeAddresses: [], reservedPorts: [], others: [] };
const nodes: BalancerWorld = {
  ranges: undefined,
  nodeAddresses: ["10.0.0.1", "10.0.0.2", "fd00::1"],
  reservedPorts: ["TCP/6443"],
  others: [],
};
const holder = (name: string, addresses: readonly string[], made: Made = {}) => ({
  service: service(name, { has: addresses, ...made }),
  addresses,
});

const has = (...addresses: string[]): BalancerPlan => ({ type: "addresses", addresses });
const waits = (why: string): BalancerPlan => ({ type: "wait", why });

const cases: readonly (readonly [what: string, service: Service, world: BalancerWorld, plan: BalancerPlan])[] = [
  ["the first free address", service("a"), ranged, has("192.0.2.1")],
  ["what it has it keeps", service("a", { has: ["192.0.2.2"] }), ranged, has("192.0.2.2")],
  [
    "what another has is not given",
    service("a"),
    { ...ranged, others: [holder("b", ["192.0.2.1"])] },
    has("192.0.2.2"),
  ],
  [
    "none is left",
    service("a"),
    { ...ranged, others: [holder("b", ["192.0.2.1", "192.0.2.2"])] },
    waits("no address is left in --load-balancer-range"),
  ],
  ["an address outside of the range is changed", service("a", { has: ["198.51.100.1"] }), ranged, has("192.0.2.1")],
  [
    "of two that say to have one address, the elder keeps it",
    service("a", { has: ["192.0.2.1"], createdAt: 1 }),
    { ...ranged, others: [holder("b", ["192.0.2.1"])] },
    has("192.0.2.2"),
  ],
  [
    "… and the elder is not moved",
    service("a", { has: ["192.0.2.1"] }),
    { ...ranged, others: [holder("b", ["192.0.2.1"], { createdAt: 1 })] },
    has("192.0.2.1"),
  ],
  ["loadBalancerIP", service("a", { spec: { loadBalancerIP: "192.0.2.2" } }), ranged, has("192.0.2.2")],
  [
    "loadBalancerIP moves what it has",
    service("a", { spec: { loadBalancerIP: "192.0.2.2" }, has: ["192.0.2.1"] }),
    ranged,
    has("192.0.2.2"),
  ],
  [
    "loadBalancerIP outside of the range",
    service("a", { spec: { loadBalancerIP: "198.51.100.9" } }),
    ranged,
    waits("198.51.100.9 is not in --load-balancer-range"),
  ],
  [
    "loadBalancerIP of another",
    service("a", { spec: { loadBalancerIP: "192.0.2.2" } }),
    { ...ranged, others: [holder("b", ["192.0.2.2"])] },
    waits("192.0.2.2 is that of service default/b"),
  ],
  ["a node's address is nobody else's", service("a"), { ...ranged, nodeAddresses: ["192.0.2.1"] }, has("192.0.2.2")],
  [
    "… even where it is asked for",
    service("a", { spec: { loadBalancerIP: "192.0.2.1" } }),
    { ...ranged, nodeAddresses: ["192.0.2.1"] },
    waits("192.0.2.1 is that of a node"),
  ],
  ["both families", service("a", { spec: { ipFamilies: ["IPv6", "IPv4"] } }), ranged, has("fd00::1", "192.0.2.1")],
  ["a class is others' business", service("a", { spec: { loadBalancerClass: "x/y" } }), ranged, { type: "none" }],
  ["another type", service("a", { spec: { type: "NodePort" } }), ranged, { type: "none" }],
  ["without a range, the nodes' own addresses", service("a"), nodes, has("10.0.0.1", "10.0.0.2")],
  ["… of one that is asked for", service("a", { spec: { loadBalancerIP: "10.0.0.2" } }), nodes, has("10.0.0.2")],
  [
    "… of a node there is none",
    service("a", { spec: { loadBalancerIP: "10.0.0.9" } }),
    nodes,
    waits("10.0.0.9 is the address of no node, and there is no --load-balancer-range"),
  ],
  ["no node lives", service("a"), { ...nodes, nodeAddresses: [] }, has()],
  [
    "a port of the cluster itself is not given",
    service("a", { spec: { ports: [{ port: 6443, protocol: "TCP" }] } }),
    nodes,
    waits("port TCP/6443 of the nodes is the cluster's own"),
  ],
  [
    "two services cannot have one port of the nodes",
    service("a", { createdAt: 1 }),
    { ...nodes, others: [holder("b", ["10.0.0.1"])] },
    waits("port TCP/80 of the nodes is that of service default/b"),
  ],
  [
    "… but one that waits has none",
    service("a", { createdAt: 1 }),
    { ...nodes, others: [holder("b", [])] },
    has("10.0.0.1", "10.0.0.2"),
  ],
];

for (const [what, given, world, plan] of cases) {
  test(`load balancer: ${what}`, () => assert.deepEqual(planBalancer(given, world), plan));
}
