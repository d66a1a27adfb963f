import assert from "node:assert/strict";
import { test } from "node:test";
import type { Node, Pod } from "../api/generated/core-v1.ts";
import { nodesToFind } from "./cycle.ts";
import { nodeOf, outcomeOf, podOf, stateOf, verdictOf } from "./testing.ts";

interface Case {
  readonly name: string;
  readonly pod: Pod;
  readonly nodes: readonly Node[];
  readonly pods?: readonly Pod[];
  readonly expected: string;
}

const web = { app: "web" };
const away = {
  podAntiAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [
      { topologyKey: "kubernetes.io/hostname", labelSelector: { matchLabels: web } },
    ],
  },
};
const near = {
  podAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "zone", labelSelector: { matchLabels: web } }],
  },
};
const spread = {
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: "zone",
      whenUnsatisfiable: "DoNotSchedule" as const,
      labelSelector: { matchLabels: web },
    },
  ],
};
const noSchedule = { taints: [{ key: "gpu", value: "yes", effect: "NoSchedule" as const }] };

const cases: readonly Case[] = [
  {
    name: "a pod that asks for too much CPU",
    pod: podOf("p", { requests: { cpu: "8" } }),
    nodes: [nodeOf("a")],
    expected: "0/1 nodes are available: 1 Insufficient cpu.",
  },
  {
    name: "what other pods requested counts",
    pod: podOf("p", { requests: { cpu: "2", memory: "1Gi" } }),
    nodes: [nodeOf("a"), nodeOf("b")],
    pods: [podOf("q", { requests: { cpu: "3" }, node: "a" })],
    expected: "b",
  },
  {
    name: "every node's reason is counted, in order of their words",
    pod: podOf("p", { requests: { cpu: "5", memory: "10Gi" } }),
    nodes: [nodeOf("a"), nodeOf("b", { allocatable: { cpu: "8" } }), nodeOf("c", { spec: noSchedule })],
    expected: "0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 2 Insufficient memory.",
  },
  {
    name: "a node that is full of pods",
    pod: podOf("p"),
    nodes: [nodeOf("a", { allocatable: { pods: "1" } })],
    pods: [podOf("q", { node: "a" })],
    expected: "0/1 nodes are available: 1 Too many pods.",
  },
  {
    name: "a cordoned node",
    pod: podOf("p"),
    nodes: [nodeOf("a", { spec: { unschedulable: true } })],
    expected: "0/1 nodes are available: 1 node(s) were unschedulable.",
  },
  {
    name: "a toleration lets a pod on a tainted node",
    pod: podOf("p", { spec: { tolerations: [{ key: "gpu", operator: "Equal", value: "yes", effect: "NoSchedule" }] } }),
    nodes: [nodeOf("a", { spec: noSchedule })],
    expected: "a",
  },
  {
    name: "a node selector",
    pod: podOf("p", { spec: { nodeSelector: { disk: "ssd" } } }),
    nodes: [nodeOf("a"), nodeOf("b", { labels: { disk: "ssd" } })],
    expected: "b",
  },
  {
    name: "no node has the label",
    pod: podOf("p", { spec: { nodeSelector: { disk: "ssd" } } }),
    nodes: [nodeOf("a")],
    expected: "0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector.",
  },
  {
    name: "a host port that is taken",
    pod: podOf("p", {
      spec: {
        containers: [{ name: "m", image: "i", resources: {}, ports: [{ containerPort: 80, hostPort: 80 }] }],
      } as never,
    }),
    nodes: [nodeOf("a")],
    pods: [
      podOf("q", {
        node: "a",
        spec: {
          containers: [
            {
              name: "m",
              image: "i",
              resources: {},
              ports: [{ containerPort: 8080, hostPort: 80, hostIP: "127.0.0.1" }],
            },
          ],
        } as never,
      }),
    ],
    expected: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
  },
  {
    name: "anti-affinity keeps away",
    pod: podOf("p", { labels: web, spec: { affinity: away } }),
    nodes: [nodeOf("a"), nodeOf("b")],
    pods: [podOf("q", { labels: web, node: "a" })],
    expected: "b",
  },
  {
    name: "the anti-affinity of a pod that is there already counts, too",
    pod: podOf("p", { labels: web }),
    nodes: [nodeOf("a")],
    pods: [podOf("q", { node: "a", spec: { affinity: away } })],
    expected: "0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules.",
  },
  {
    name: "affinity goes where the others are, by zone",
    pod: podOf("p", { spec: { affinity: near } }),
    nodes: [nodeOf("a", { labels: { zone: "1" } }), nodeOf("b", { labels: { zone: "2" } })],
    pods: [podOf("q", { labels: web, node: "b" })],
    expected: "b",
  },
  {
    name: "affinity without anybody to be near",
    pod: podOf("p", { spec: { affinity: near } }),
    nodes: [nodeOf("a", { labels: { zone: "1" } })],
    expected: "0/1 nodes are available: 1 node(s) didn't match pod affinity rules.",
  },
  {
    name: "the first of a group that wants to be together may begin anywhere",
    pod: podOf("p", { labels: web, spec: { affinity: near } }),
    nodes: [nodeOf("a", { labels: { zone: "1" } })],
    expected: "a",
  },
  {
    name: "spreading keeps the zones even",
    pod: podOf("p", { labels: web, spec: spread }),
    nodes: [nodeOf("a", { labels: { zone: "1" } }), nodeOf("b", { labels: { zone: "2" } })],
    pods: [podOf("q", { labels: web, node: "a" })],
    expected: "b",
  },
  {
    name: "a node without the topology's label is in no domain",
    pod: podOf("p", { labels: web, spec: spread }),
    nodes: [nodeOf("a")],
    expected:
      "0/1 nodes are available: 1 node(s) didn't match pod topology spread constraints (missing required label).",
  },
  {
    name: "of two nodes the emptier is liked better",
    pod: podOf("p", { requests: { cpu: "500m", memory: "512Mi" } }),
    nodes: [nodeOf("a"), nodeOf("b")],
    pods: [podOf("q", { requests: { cpu: "3", memory: "6Gi" }, node: "a" })],
    expected: "b",
  },
];

for (const { name, pod, nodes, pods, expected } of cases) {
  test(`cycle: ${name}`, () => assert.equal(outcomeOf(pod, stateOf(nodes, pods)), expected));
}

test("cycle: the same seed chooses the same of equal nodes, and every node has its turn", () => {
  const state = stateOf(["a", "b", "c", "d"].map((name) => nodeOf(name)));
  const chosen = (seed: number) => {
    const verdict = verdictOf(podOf("p"), state, seed);
    return verdict.type === "fits" ? verdict.node.node!.metadata.name : "";
  };
  assert.equal(chosen(7), chosen(7));
  assert.equal(new Set(Array.from({ length: 100 }, (_, seed) => chosen(seed))).size, 4);
});

test("cycle: a large cluster is not searched to its end", () => {
  assert.deepEqual([10, 99, 100, 1000, 5000].map(nodesToFind), [10, 99, 100, 420, 500]);
});
