import assert from "node:assert/strict";
import { test } from "node:test";
import type { Service } from "../api/generated/core-v1.ts";
import type { EndpointSlice } from "../api/generated/discovery-v1.ts";
import { planRules } from "./plan.ts";
import type { Collection, Frame, Rule } from "./rules.ts";
import { COLLECTIONS, defaultFrame } from "./rules.ts";
import { testService, testSlice } from "./testing.ts";

interface Expected {
  readonly elements: Partial<Record<Collection, Readonly<Record<string, string>>>>;
  readonly chains: Readonly<Record<string, readonly Rule[]>>;
}

interface Case {
  readonly name: string;
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly frame?: Partial<Frame>;
  readonly zone?: string;
  readonly expected: Expected;
}

const one = (address: string, port = 8080) => ({ address, port });
const balance = (...addresses: string[]): Rule => ({
  kind: "balance",
  protocol: "tcp",
  endpoints: addresses.map((address) => one(address)),
});
const ending = { conditions: { ready: false, serving: true, terminating: true } };
const unready = { conditions: { ready: false, serving: false, terminating: false } };
const nodePort = { type: "NodePort", clusterIP: "10.96.0.1", ports: [{ nodePort: 30080 }] } as const;
const external = "goto external/default/web//tcp";

const cases: readonly Case[] = [
  {
    name: "a ClusterIP leads to the ready endpoints of its port, those of this node may come back to themselves",
    services: [testService("web", { clusterIP: "10.96.0.1" })],
    slices: [
      testSlice("web", [
        { address: "10.244.2.2", node: "other" },
        { address: "10.244.1.2", node: "here" },
        { address: "10.244.1.3", ...unready },
      ]),
    ],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
        hairpins: { "10.244.1.2 . 10.244.1.2 . tcp . 8080": "" },
      },
      chains: { "cluster/default/web//tcp": [balance("10.244.1.2", "10.244.2.2")] },
    },
  },
  {
    name: "without endpoints every destination is refused",
    services: [
      testService(
        "web",
        { ...nodePort, externalIPs: ["203.0.113.1"] },
        { status: { loadBalancer: { ingress: [{ ip: "203.0.113.2" }] } } },
      ),
    ],
    slices: [testSlice("web", [{ address: "10.244.1.2", ...unready }])],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "unserved-addresses": {
          "10.96.0.1 . tcp . 80": "goto refuse",
          "203.0.113.1 . tcp . 80": "goto refuse",
          "203.0.113.2 . tcp . 80": "goto refuse",
        },
        "unserved-node-ports": { "tcp . 30080": "goto refuse" },
      },
      chains: {},
    },
  },
  {
    name: "endpoints that end but serve are used when no other is left",
    services: [testService("web", { clusterIP: "10.96.0.1" })],
    slices: [
      testSlice("web", [
        { address: "10.244.1.2", ...ending },
        { address: "10.244.1.3", ...unready },
      ]),
    ],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
      },
      chains: { "cluster/default/web//tcp": [balance("10.244.1.2")] },
    },
  },
  {
    name: "node ports, external IPs and load balancers are masqueraded",
    services: [
      testService(
        "web",
        { ...nodePort, externalIPs: ["203.0.113.1"] },
        {
          status: {
            loadBalancer: {
              ingress: [{ ip: "203.0.113.2" }, { ip: "203.0.113.3", ipMode: "Proxy" }, { hostname: "lb" }],
            },
          },
        },
      ),
    ],
    slices: [testSlice("web", [{ address: "10.244.2.2" }])],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": {
          "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp",
          "203.0.113.1 . tcp . 80": external,
          "203.0.113.2 . tcp . 80": external,
        },
        "node-ports": { "tcp . 30080": external },
      },
      chains: {
        "cluster/default/web//tcp": [balance("10.244.2.2")],
        "external/default/web//tcp": [
          { kind: "masquerade", clients: "all" },
          { kind: "goto", clients: "all", chain: "cluster/default/web//tcp" },
        ],
      },
    },
  },
  {
    name: "externalTrafficPolicy Local keeps to this node, but for the node's own clients",
    services: [testService("web", { ...nodePort, externalTrafficPolicy: "Local" })],
    slices: [
      testSlice("web", [
        { address: "10.244.2.2", node: "other" },
        { address: "10.244.1.2", node: "here" },
      ]),
    ],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
        "node-ports": { "tcp . 30080": external },
        hairpins: { "10.244.1.2 . 10.244.1.2 . tcp . 8080": "" },
      },
      chains: {
        "cluster/default/web//tcp": [balance("10.244.1.2", "10.244.2.2")],
        "local/default/web//tcp": [balance("10.244.1.2")],
        "external/default/web//tcp": [
          { kind: "goto", clients: "pods", chain: "cluster/default/web//tcp" },
          { kind: "masquerade", clients: "local" },
          { kind: "goto", clients: "local", chain: "cluster/default/web//tcp" },
          { kind: "goto", clients: "all", chain: "local/default/web//tcp" },
        ],
      },
    },
  },
  {
    name: "externalTrafficPolicy Local without an endpoint on this node drops what comes from outside",
    services: [testService("web", { ...nodePort, externalTrafficPolicy: "Local" })],
    slices: [testSlice("web", [{ address: "10.244.2.2", node: "other" }])],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
        "node-ports": { "tcp . 30080": external },
        "unserved-node-ports": { "tcp . 30080": "drop" },
      },
      chains: {
        "cluster/default/web//tcp": [balance("10.244.2.2")],
        "external/default/web//tcp": [
          { kind: "goto", clients: "pods", chain: "cluster/default/web//tcp" },
          { kind: "masquerade", clients: "local" },
          { kind: "goto", clients: "local", chain: "cluster/default/web//tcp" },
        ],
      },
    },
  },
  {
    name: "internalTrafficPolicy Local drops where this node has no endpoint",
    services: [testService("web", { clusterIP: "10.96.0.1", internalTrafficPolicy: "Local" })],
    slices: [testSlice("web", [{ address: "10.244.2.2", node: "other" }])],
    expected: {
      elements: { "cluster-addresses": { "10.96.0.1": "" }, "unserved-addresses": { "10.96.0.1 . tcp . 80": "drop" } },
      chains: {},
    },
  },
  {
    name: "internalTrafficPolicy Local keeps to this node, and falls back to its ending endpoints",
    services: [testService("web", { clusterIP: "10.96.0.1", internalTrafficPolicy: "Local" })],
    slices: [
      testSlice("web", [
        { address: "10.244.2.2", node: "other" },
        { address: "10.244.1.2", node: "here", ...ending },
      ]),
    ],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto local/default/web//tcp" },
        hairpins: { "10.244.1.2 . 10.244.1.2 . tcp . 8080": "" },
      },
      chains: { "local/default/web//tcp": [balance("10.244.1.2")] },
    },
  },
  {
    name: "source ranges guard the load balancer's addresses, and let the node itself in if they name it",
    services: [
      testService(
        "web",
        { clusterIP: "10.96.0.1", loadBalancerSourceRanges: [" 172.30.0.0/24 "] },
        { status: { loadBalancer: { ingress: [{ ip: "203.0.113.2" }] } } },
      ),
    ],
    slices: [testSlice("web", [{ address: "10.244.2.2" }])],
    frame: { nodeAddresses: ["172.30.0.1"] },
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": {
          "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp",
          "203.0.113.2 . tcp . 80": external,
        },
        "guarded-addresses": { "203.0.113.2 . tcp . 80": "goto guard/default/web//tcp" },
      },
      chains: {
        "cluster/default/web//tcp": [balance("10.244.2.2")],
        "external/default/web//tcp": [
          { kind: "masquerade", clients: "all" },
          { kind: "goto", clients: "all", chain: "cluster/default/web//tcp" },
        ],
        "guard/default/web//tcp": [{ kind: "drop-unless-from", sources: ["172.30.0.0/24", "203.0.113.2"] }],
      },
    },
  },
  {
    name: "session affinity has a chain and a memory for each endpoint",
    services: [
      testService("web", {
        clusterIP: "10.96.0.1",
        sessionAffinity: "ClientIP",
        sessionAffinityConfig: { clientIP: { timeoutSeconds: 7 } },
      }),
    ],
    slices: [testSlice("web", [{ address: "10.244.2.2" }])],
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
      },
      chains: {
        "cluster/default/web//tcp": [
          {
            kind: "balance-sticky",
            endpoints: [
              {
                affinity: "affinity/default/web//tcp/10.244.2.2/8080",
                chain: "endpoint/default/web//tcp/10.244.2.2/8080",
              },
            ],
          },
        ],
        "endpoint/default/web//tcp/10.244.2.2/8080": [
          {
            kind: "send",
            affinity: "affinity/default/web//tcp/10.244.2.2/8080",
            protocol: "tcp",
            endpoint: one("10.244.2.2"),
          },
        ],
      },
    },
  },
  {
    name: "hints for the zone are followed if every endpoint has some",
    services: [testService("web", { clusterIP: "10.96.0.1" })],
    slices: [
      testSlice("web", [
        { address: "10.244.2.2", hints: { forZones: [{ name: "east" }] } },
        { address: "10.244.3.2", hints: { forZones: [{ name: "west" }] } },
      ]),
    ],
    zone: "west",
    expected: {
      elements: {
        "cluster-addresses": { "10.96.0.1": "" },
        "service-addresses": { "10.96.0.1 . tcp . 80": "goto cluster/default/web//tcp" },
      },
      chains: { "cluster/default/web//tcp": [balance("10.244.3.2")] },
    },
  },
  {
    name: "a ClusterIP that this node answers itself is left alone",
    services: [testService("kube-dns", { clusterIP: "10.96.0.10" })],
    slices: [],
    frame: { ownAddresses: ["10.96.0.10"] },
    expected: { elements: {}, chains: {} },
  },
  {
    name: "headless services, names of other places and services of other proxies have no rules",
    services: [
      testService("headless", { clusterIP: "None" }),
      testService("elsewhere", { type: "ExternalName", externalName: "example.com" }),
      testService(
        "theirs",
        { clusterIP: "10.96.0.9" },
        { labels: { "service.kubernetes.io/service-proxy-name": "theirs" } },
      ),
    ],
    slices: [testSlice("headless", [{ address: "10.244.1.2" }])],
    expected: { elements: {}, chains: {} },
  },
];

for (const { name, services, slices, frame, zone, expected } of cases) {
  test(`plan: ${name}`, () => {
    const viewpoint = zone === undefined ? { node: "here" } : { node: "here", zone };
    const rules = planRules({ services, slices, viewpoint, frame: { ...defaultFrame, ...frame } });
    const family = rules.families.get("IPv4")!;
    for (const collection of COLLECTIONS) {
      assert.deepEqual(
        Object.fromEntries(family.collections[collection]),
        expected.elements[collection] ?? {},
        collection,
      );
    }
    assert.deepEqual(Object.fromEntries(family.chains), expected.chains);
  });
}

test("plan: each family has its own addresses and endpoints", () => {
  const rules = planRules({
    services: [
      testService("web", {
        clusterIP: "10.96.0.1",
        clusterIPs: ["10.96.0.1", "fd00:96::1"],
        externalIPs: ["2001:DB8::1"],
      }),
    ],
    slices: [
      testSlice("web", [{ address: "10.244.1.2" }]),
      testSlice("web", [{ address: "fd00:244::2", node: "here" }], { name: "web-b", addressType: "IPv6" }),
    ],
    viewpoint: { node: "here" },
    frame: { ...defaultFrame, families: ["IPv4", "IPv6"] },
  });
  const v4 = rules.families.get("IPv4")!;
  const v6 = rules.families.get("IPv6")!;
  assert.deepEqual([...v4.collections["service-addresses"].keys()], ["10.96.0.1 . tcp . 80"]);
  assert.deepEqual(
    [...v6.collections["service-addresses"].keys()],
    ["fd00:96::1 . tcp . 80", "2001:db8::1 . tcp . 80"],
  );
  assert.deepEqual([...v6.collections.hairpins.keys()], ["fd00:244::2 . fd00:244::2 . tcp . 8080"]);
  assert.deepEqual(v6.chains.get("cluster/default/web//tcp"), [balance("fd00:244::2")]);
});

test("plan: UDP frontends know their serving endpoints, load balancers the node's ready ones", () => {
  const ports = [{ name: "dns", protocol: "UDP" as const, port: 53, nodePort: 30053 }];
  const rules = planRules({
    services: [
      testService("dns", {
        type: "LoadBalancer",
        clusterIP: "10.96.0.1",
        externalTrafficPolicy: "Local",
        healthCheckNodePort: 32000,
        ports,
      }),
    ],
    slices: [
      testSlice(
        "dns",
        [
          { address: "10.244.1.2", node: "here" },
          { address: "10.244.1.3", node: "here", ...ending },
          { address: "10.244.1.4", ...unready },
        ],
        {
          ports: [{ name: "dns", port: 8053, protocol: "UDP" }],
        },
      ),
    ],
    viewpoint: { node: "here" },
    frame: defaultFrame,
  });
  const serving = new Set(["10.244.1.2 8053", "10.244.1.3 8053"]);
  assert.deepEqual(
    rules.flowTargets,
    new Map([
      ["udp 10.96.0.1 53", serving],
      ["udp * 30053", serving],
    ]),
  );
  assert.deepEqual(rules.healthChecks, new Map([["default/dns", { port: 32000, localEndpoints: 1 }]]));
});

test("plan: an address that two services of one age claim stays with the first by name", () => {
  const rules = planRules({
    services: [
      testService("first", { clusterIP: "10.96.0.1", externalIPs: ["203.0.113.1"] }),
      testService("second", { clusterIP: "10.96.0.2", externalIPs: ["203.0.113.1"] }),
    ],
    slices: [testSlice("first", [{ address: "10.244.1.1" }]), testSlice("second", [{ address: "10.244.1.2" }])],
    viewpoint: { node: "here" },
    frame: defaultFrame,
  });
  const addresses = rules.families.get("IPv4")!.collections["service-addresses"];
  assert.equal(addresses.get("203.0.113.1 . tcp . 80"), "goto external/default/first//tcp");
});
