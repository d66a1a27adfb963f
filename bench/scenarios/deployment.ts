import { setTimeout as sleep } from "node:timers/promises";
import { nodeDraft, NODES, PODS } from "../load/objects.ts";
import type { Reading, Scenario, Turn } from "../scenario.ts";
import { megabytes } from "./readings.ts";

const NODE_COUNT = 1_000;
const POD_COUNT = 10_000;
const SETTLE_MS = 15_000;
const RESTING_MS = 20_000;
/** Kubernetes takes more than ten minutes on a slow machine. */
const PATIENCE_MS = 30 * 60_000;
const DEPLOYMENT = "/apis/apps/v1/namespaces/default/deployments";

interface Listed {
  readonly items: readonly unknown[];
  readonly metadata: { readonly remainingItemCount?: number };
}

/** One Deployment of 10,000 pods on 1,000 simulated nodes: up, at rest, and gone again. */
export const deployment: Scenario = {
  name: "deployment",
  what: `one Deployment of ${POD_COUNT.toLocaleString("en")} pods on ${NODE_COUNT.toLocaleString("en")} simulated nodes`,
  needs: { plane: "whole", state: "fresh", nodes: NODE_COUNT },
  async measure(turn) {
    const { running } = turn;
    await nodesReady(turn);
    const nodes = seconds("nodes Ready, from the start", running.startedAtMs);
    const { pods, cpu, memory } = await turn.profiled(async () => {
      const before = running.cpuMicros();
      const begun = performance.now();
      await podsReady(turn);
      return {
        pods: seconds("pods Ready", begun),
        cpu: (running.cpuMicros() - before) / POD_COUNT,
        memory: megabytes("memory then", running.memoryBytes()),
      };
    });
    const resting = await rest(turn);
    const gone = await podsGone(turn);
    return [
      nodes,
      pods,
      { what: "nodes and pods Ready, from the start", value: nodes.value + pods.value, unit: "s" },
      { what: "CPU a pod", value: cpu, unit: "µs" },
      memory,
      resting,
      gone,
    ];
  },
};

function seconds(what: string, sinceMs: number): Reading {
  return { what, value: (performance.now() - sinceMs) / 1_000, unit: "s" };
}

interface NodeList {
  readonly items: readonly { readonly status?: { readonly conditions?: readonly Condition[] } }[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** Ours come with `--simulate`; kwok takes up those that somebody makes. */
async function nodesReady({ running: { api }, side }: Turn): Promise<void> {
  if (side === "Kubernetes") {
    for (let number = 0; number < NODE_COUNT; number++) await api.ask("POST", NODES, bare(`node-${number}`));
  }
  const isReady = ({ status }: NodeList["items"][number]) =>
    status?.conditions?.some((condition) => condition.type === "Ready" && condition.status === "True") === true;
  await api.until<NodeList>(
    `${NODES}?resourceVersion=0`,
    ({ items }) => items.length >= NODE_COUNT && items.every(isReady),
    { everyMs: 500 },
  );
}

/** Without a status: that is its kubelet's to tell. */
function bare(name: string): unknown {
  const { status: _status, ...node } = nodeDraft(name) as { readonly status: unknown };
  return node;
}

async function podsReady({ running: { api } }: Turn): Promise<void> {
  const labels = { app: "web" };
  const container = { name: "main", image: "web:1", resources: { requests: { cpu: "100m" } } };
  const template = { metadata: { labels }, spec: { containers: [container] } };
  await api.ask("POST", DEPLOYMENT, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web" },
    spec: { replicas: POD_COUNT, selector: { matchLabels: labels }, template },
  });
  await api.until<{ readonly status?: { readonly readyReplicas?: number } }>(
    `${DEPLOYMENT}/web`,
    ({ status }) => status?.readyReplicas === POD_COUNT,
    { everyMs: 250, patienceMs: PATIENCE_MS },
  );
}

async function rest({ running, signal }: Turn): Promise<Reading> {
  await sleep(SETTLE_MS, undefined, { signal });
  const before = running.cpuMicros();
  await sleep(RESTING_MS, undefined, { signal });
  return { what: "CPU at rest", value: (running.cpuMicros() - before) / RESTING_MS / 10, unit: "% of a core" };
}

async function podsGone({ running: { api } }: Turn): Promise<Reading> {
  const start = performance.now();
  await api.ask("DELETE", `${DEPLOYMENT}/web`);
  await api.until<Listed>(`${PODS}?limit=1`, ({ items }) => items.length === 0, {
    everyMs: 250,
    patienceMs: PATIENCE_MS,
  });
  return seconds("pods gone", start);
}
