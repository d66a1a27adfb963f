import assert from "node:assert/strict";
import { test } from "node:test";
import type { Pod } from "../api/generated/core-v1.ts";
import { integerBelow, seededRandom } from "../base/random.ts";
import { selectorFromLabels } from "../machinery/labels.ts";
import { decide, type Verdict } from "./cycle.ts";
import { Memory } from "./memory.ts";
import { podInfo } from "./pod-info.ts";
import { allPlugins } from "./plugins/all.ts";
import { SchedulerState } from "./state.ts";
import { nodeOf, podOf } from "./testing.ts";
import { noVolumes } from "./volumes/testing.ts";

const NODES = 120;
const STEPS = 400;
const tainted = { taints: [{ key: "dedicated", value: "x", effect: "NoSchedule" as const }] };

/** On a port of their node. */
const listening = [
  { name: "main", image: "app", ports: [{ containerPort: 80, hostPort: 80, protocol: "TCP" }] },
] as unknown as Pod["spec"]["containers"];

/** Pods of several sorts, some of which look beyond one node. */
function podNumber(number: number): Pod {
  const labels = { app: `app-${number % 3}` };
  const sorts: readonly Parameters<typeof podOf>[1][] = [
    { labels, requests: { cpu: "100m" } },
    { labels, requests: { cpu: "1500m", memory: "1Gi" } },
    { labels, spec: { tolerations: [{ key: "dedicated", operator: "Exists" }] } },
    { labels, spec: { nodeSelector: { disk: "fast" } }, requests: { cpu: "200m" } },
    { labels, spec: { containers: listening } },
    {
      labels,
      spec: {
        topologySpreadConstraints: [
          {
            topologyKey: "zone",
            maxSkew: 1,
            whenUnsatisfiable: "DoNotSchedule",
            labelSelector: { matchLabels: labels },
          },
        ],
      },
    },
  ];
  return podOf(`p${number}`, sorts[number % sorts.length]);
}

function nodeNumber(number: number, cordoned = false) {
  const labels = { zone: `z${number % 3}`, ...(number % 4 === 0 ? { disk: "fast" } : {}) };
  const spec = number % 10 === 0 ? tainted : {};
  return nodeOf(`n${number}`, { labels, spec: cordoned ? { ...spec, unschedulable: true } : spec });
}

function told(verdict: Verdict): unknown {
  if (verdict.type === "fits")
    return { node: verdict.node.node!.metadata.name, ...verdict.scores, looked: verdict.looked };
  return [...verdict.nodes].map(([node, refusal]) => [node.node!.metadata.name, refusal.plugin, refusal.reasons]);
}

test("memory: a decision with it is the decision without it, whatever changes in between", () => {
  const state = new SchedulerState(({ metadata }) => [selectorFromLabels(metadata.labels ?? {})], noVolumes);
  for (let number = 0; number < NODES; number++) state.setNode(nodeNumber(number));
  const memory = new Memory();
  const random = seededRandom(7);
  const placed: string[] = [];
  for (let step = 0, start = 0; step < STEPS; step++) {
    const pod = podNumber(step);
    const remembered = decide(podInfo(pod), state, allPlugins, start, seededRandom(step), memory);
    const without = decide(podInfo(pod), state, allPlugins, start, seededRandom(step));
    assert.deepEqual(told(remembered), told(without), `step ${step}`);
    if (remembered.type === "fits") {
      state.place(pod, remembered.node.node!.metadata.name);
      placed.push(podInfo(pod).key);
      start = (start + remembered.looked) % NODES;
    }
    if (step % 7 === 0) state.displace(placed.splice(integerBelow(random, placed.length), 1)[0] ?? "");
    if (step % 31 === 0) state.setNode(nodeNumber(integerBelow(random, NODES), step % 2 === 0));
    if (step % 97 === 0) state.removeNode(`n${integerBelow(random, NODES)}`);
  }
});
