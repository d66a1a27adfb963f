import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { parseIpRanges } from "../base/ip-range.ts";
import { planAnnouncements, planNeighbours } from "./announcements.ts";
import { linksNote } from "./links.ts";

const node = (name: string, links = "192.0.2.0/24", ready = "True"): Node =>
  ({
    metadata: { name, annotations: { "wherry.dev/links": links } },
    spec: {},
    status: { conditions: [{ type: "Ready", status: ready }] },
  }) as unknown as Node;

const service = (name: string, ips: readonly string[], spec: object = {}): Service =>
  ({
    metadata: { name, namespace: "default" },
    spec: { type: "LoadBalancer", ...spec },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  }) as unknown as Service;

const names = ["a", "b", "c", "d"];
const ips = Array.from({ length: 20 }, (_, index) => `192.0.2.${100 + index}`);
const services = ips.map((ip, index) => service(`s${index}`, [ip]));
const links = [
  { network: "0.0.0.0/0", device: "eth0", gateway: "192.0.2.254" },
  { network: "192.0.2.0/24", device: "eth1" },
];
const shared = { ranges: parseIpRanges("192.0.2.100-192.0.2.150")!, services, slicesOf: () => [], links };

/** Who answers for each address, as every node sees it. */
function holders(nodes: readonly Node[], view: object = {}): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  for (const ownName of names) {
    for (const { address } of planAnnouncements({ ...shared, ...view, ownName, nodes }))
      (found[address] ??= []).push(ownName);
  }
  return found;
}

test("announcements: each address has one node, all nodes have some, and every node agrees", () => {
  const found = holders(names.map((name) => node(name)));
  assert.deepEqual(Object.keys(found).toSorted(), ips.toSorted());
  assert(Object.values(found).every((who) => who.length === 1));
  assert.deepEqual(new Set(Object.values(found).flat()), new Set(names));
});

test("announcements: a node that dies loses its addresses, and nobody else's move", () => {
  const before = holders(names.map((name) => node(name)));
  const after = holders(names.map((name) => node(name, "192.0.2.0/24", name === "b" ? "Unknown" : "True")));
  for (const [address, [who]] of Object.entries(before)) {
    if (who === "b") assert.notEqual(after[address]![0], "b");
    else assert.equal(after[address]![0], who);
  }
});

test("announcements: a node of which nothing is heard is passed over, and nobody else's move", () => {
  const all = names.map((name) => node(name));
  const before = holders(all);
  const after = holders(all, { silent: new Set(["b"]) });
  for (const [address, [who]] of Object.entries(before)) {
    if (who === "b") assert.notEqual(after[address]![0], "b");
    else assert.equal(after[address]![0], who);
  }
  assert.deepEqual(holders(all, { silent: new Set(names) }), before);
});

test("announcements: those that have an address on their links listen to each other", () => {
  const all = [node("a"), node("b", "198.51.100.0/24"), node("c", "192.0.2.0/24", "Unknown"), node("d")].map(
    (one, index) => ({
      ...one,
      status: { ...one.status, addresses: [{ type: "InternalIP", address: `192.0.2.${index + 1}` }] },
    }),
  ) as Node[];
  const heardBy = (ownName: string, some = services) =>
    planNeighbours({ ...shared, services: some, ownName, nodes: all });
  assert.deepEqual(heardBy("a"), [
    { name: "c", address: "192.0.2.3" },
    { name: "d", address: "192.0.2.4" },
  ]);
  assert.deepEqual(heardBy("b"), []);
  assert.deepEqual(heardBy("a", []), []);
});

test("announcements: only nodes on whose links an address is answer for it", () => {
  const found = holders([node("a", "198.51.100.0/24"), node("b"), node("c", ""), node("d", "192.0.2.99/32")]);
  assert.deepEqual(new Set(Object.values(found).flat()), new Set(["b"]));
});

test("announcements: traffic that is to stay local comes in only where endpoints are ready", () => {
  const endpoints = [
    { nodeName: "c", conditions: { ready: true } },
    { nodeName: "a", conditions: { ready: false } },
  ];
  const local = ips.map((ip, index) => service(`s${index}`, [ip], { externalTrafficPolicy: "Local" }));
  const view = { services: local, slicesOf: () => [{ endpoints } as unknown as EndpointSlice] };
  const found = holders(
    names.map((name) => node(name)),
    view,
  );
  assert.deepEqual(new Set(Object.values(found).flat()), new Set(["c"]));
});

test("announcements: addresses of others, of other classes and of nodes are left alone", () => {
  const view = {
    services: [
      service("outside", ["192.0.2.9"]),
      service("theirs", ["192.0.2.101"], { loadBalancerClass: "example.com/x" }),
      service("plain", ["192.0.2.102"], { type: "ClusterIP" }),
    ],
  };
  assert.deepEqual(holders([node("a")], view), {});
});

test("announcements: a node tells of its links, and of nothing else", () => {
  const pods = { network: "10.244.0.0/24", device: "wherry-a" };
  assert.equal(linksNote([...links, pods], ["10.244.0.0/24"]), "192.0.2.0/24");
});
