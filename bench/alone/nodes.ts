import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Node } from "../../src/api/core/v1/node.ts";
import { Service } from "../../src/api/core/v1/service.ts";
import { EndpointSlice } from "../../src/api/discovery/v1/endpoint-slice.ts";
import { type Client, createClient, mergePatch } from "../../src/client/client.ts";
import { httpTransport } from "../../src/client/http-transport.ts";
import { runOrThrow } from "../../src/host/node/packages/run.ts";
import { findCompartment } from "../../src/host/node/compartments/compartment.ts";
import type { Draft } from "../../src/machinery/object.ts";
import { testService, testSlice } from "../../src/proxy/testing.ts";
import { type Cluster, startCluster, whyNoCluster } from "../../test/cluster.ts";
import { carrierFor } from "./cluster-carrier.ts";
import { loseNode } from "./node-loss.ts";

// Three real nodes on this machine: how soon they are Ready, how soon a change is in the kernel of every one of them, and how soon the
// loss of one is made up for.
//   npm run bench -- nodes
// Goals: Ready < 8 s; a service's change and a route < 100 ms after the write (p99), < 20 ms of CPU a node; an idle agent < 0.5 % of a core.

const STARTS = 3;
const SERVICES = 1_000;
const ENDPOINTS = 5;
const CHANGES = 100;
const PAUSE_MS = 200;
const IDLE_SECONDS = 20;
const { signal } = new AbortController();

export async function run(print: (line: string) => void): Promise<void> {
  const obstacle = await whyNoCluster();
  if (obstacle !== undefined) return print(`nodes: not measured: ${obstacle}`);
  await using cluster = await startCluster(["busybox"], { up: ["--nodes 3", "--node-grace 16"] });
  const starts: number[] = [];
  for (let round = 0; round < STARTS; round++) {
    await cluster.nodeShell.ok("wherry down");
    const startMs = performance.now();
    await cluster.upAgain();
    starts.push((performance.now() - startMs) / 1000);
  }
  print(`nodes: up --nodes 3 → all Ready: ${starts.map((seconds) => `${seconds.toFixed(1)} s`).join(", ")}`);
  const agents = agentsOf(cluster.nodeName);
  await idle(agents, print);
  using carrier = await carrierFor(cluster);
  const client = createClient(httpTransport(carrier, "bench"));
  await routes(cluster, client, print);
  await fill(client);
  await services(cluster, client, agents, print);
  await loseNode(cluster, client, print);
}

async function idle(agents: ReadonlyMap<string, number>, print: (line: string) => void): Promise<void> {
  // What a start leaves to do is done by then.
  await sleep(5_000);
  const before = [...agents.values()].map(cpuMs);
  await sleep(IDLE_SECONDS * 1000);
  const shares = [...agents.values()].map((pid, index) => (cpuMs(pid) - before[index]!) / (IDLE_SECONDS * 10));
  const memory = [...agents.values()].map((pid) => pssMb(pid));
  print(`nodes: an agent idles: ${shares.map((share) => share.toFixed(2)).join(", ")} % of a core`);
  print(`nodes: an agent's memory, shared pages in parts: ${memory.map((mb) => mb.toFixed(0)).join(", ")} MB`);
}

/** A node that comes and one that goes, as the others' kernels see it. */
async function routes(cluster: Cluster, client: Client, print: (line: string) => void): Promise<void> {
  await using watchers = await watchNodes(cluster, ["ip", "monitor", "route"]);
  const times: number[] = [];
  for (let round = 0; round < CHANGES / 5; round++) {
    const name = `bench-${round}`;
    const podCIDR = `10.244.${100 + round}.0/24`;
    await client.create(Node, { metadata: { name }, spec: { podCIDR, podCIDRs: [podCIDR] } } as Draft<Node>, {
      signal,
    });
    const status = { addresses: [{ type: "InternalIP", address: `10.89.0.${100 + round}` }] };
    const seen = watchers.see(podCIDR);
    await client.patch(Node, { name }, mergePatch({ status }), { signal, subresource: "status" });
    times.push(await since(seen));
    const gone = watchers.see(`Deleted ${podCIDR}`);
    await client.delete(Node, { name }, { signal });
    times.push(await since(gone));
  }
  print(`nodes: a node comes or goes → route on all three: ${spread(times)}`);
}

async function fill(client: Client): Promise<void> {
  for (let first = 0; first < SERVICES; first += 50) {
    const numbers = Array.from({ length: 50 }, (_, index) => first + index);
    await Promise.all(
      numbers.map(async (index) => {
        const { spec } = testService(`service-${index}`, {});
        const metadata = { name: `service-${index}`, namespace: "default" };
        await client.create(Service, { metadata, spec } as Draft<Service>, {
          signal,
        });
        await client.create(EndpointSlice, sliceOf(index), { signal });
      }),
    );
  }
  await sleep(5_000);
}

/** Its endpoints have addresses that every node has itself. */
function sliceOf(index: number, network = "10.245"): Draft<EndpointSlice> {
  const addresses = Array.from(
    { length: ENDPOINTS },
    (_, last) => `${network}.${index % 250}.${1 + last + ENDPOINTS * (index >> 8)}`,
  );
  const slice = testSlice(
    `service-${index}`,
    addresses.map((address) => ({ address })),
  );
  const { name, labels } = slice.metadata;
  return { ...slice, metadata: { name, namespace: "default", ...(labels === undefined ? {} : { labels }) } };
}

/** The endpoints of one service change, until a connection through it on each node is answered by a new one. */
async function services(
  cluster: Cluster,
  client: Client,
  agents: ReadonlyMap<string, number>,
  print: (line: string) => void,
): Promise<void> {
  await using probes = await openProbes(cluster);
  const before = [...agents.values()].map(cpuMs);
  const times: number[] = [];
  for (let round = 0; round < CHANGES; round++) {
    const { spec } = await client.get(Service, { namespace: "default", name: `service-${round}` }, { signal });
    const { endpoints } = sliceOf(round, "10.246");
    const seen = probes.untilAnswered(spec.clusterIP!, "10.246.");
    const slice = { namespace: "default", name: `service-${round}-a` };
    await client.patch(EndpointSlice, slice, mergePatch({ endpoints }), { signal });
    times.push(await since(seen));
    // Changes that come one by one, not a load.
    await sleep(PAUSE_MS);
  }
  const cpu = [...agents.values()].map((pid, index) => (cpuMs(pid) - before[index]!) / CHANGES);
  print(`nodes: the endpoints of one of ${SERVICES} services change → answered by them on all three: ${spread(times)}`);
  print(`nodes: CPU of an agent and its programs a change: ${cpu.map((ms) => ms.toFixed(1)).join(", ")} ms`);
}

interface Probes extends AsyncDisposable {
  /** When the last of the nodes has got an answer through a ClusterIP from an address that begins so; in ms of the machine's clock. */
  untilAnswered(clusterIP: string, wanted: string): Promise<number>;
}

/** A program in the network of each node, which is the endpoints and the client. To list rules of so large a table costs nft seconds. */
async function openProbes(cluster: Cluster): Promise<Probes> {
  const program = fileURLToPath(new URL("./node-probe.ts", import.meta.url));
  const probes = await Promise.all(
    (await entersOf(cluster)).map(async (enter) => {
      for (const network of ["10.245.0.0/16", "10.246.0.0/16"])
        await runOrThrow([...enter, "ip", "route", "add", "local", network, "dev", "lo"]);
      const [first, ...rest] = [...enter, process.execPath, program];
      const child = spawn(first!, rest, { stdio: ["pipe", "pipe", "inherit"] });
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      await lines.next();
      return { child, lines };
    }),
  );
  return {
    async untilAnswered(address, wanted) {
      const times = await Promise.all(
        probes.map(async ({ child, lines }) => {
          child.stdin.write(`${JSON.stringify({ address, wanted })}\n`);
          const { value } = await lines.next();
          return (JSON.parse(value as string) as { readonly seenAtMs: number }).seenAtMs;
        }),
      );
      return Math.max(...times) - performance.timeOrigin;
    },
    async [Symbol.asyncDispose]() {
      for (const { child } of probes) {
        const ended = once(child, "exit");
        child.stdin.end();
        await ended;
      }
    },
  };
}

interface Watchers extends AsyncDisposable {
  /** When the last of the nodes has shown the text. */
  see(text: string): Promise<number>;
}

/** Runs a program that tells of the kernel's changes in the network of each node. */
async function watchNodes(cluster: Cluster, command: readonly string[]): Promise<Watchers> {
  const children = (await entersOf(cluster)).map((enter) =>
    spawn("stdbuf", ["-oL", ...enter, ...command], { stdio: ["ignore", "pipe", "inherit"] }),
  );
  const listeners = new Set<(node: number, line: string) => void>();
  for (const [node, child] of children.entries()) {
    createInterface({ input: child.stdout }).on("line", (line) => {
      for (const listener of listeners) listener(node, line);
    });
  }
  await sleep(500);
  return {
    see: (text) =>
      new Promise((resolve) => {
        const seen = new Set<number>();
        const listener = (node: number, line: string) => {
          if (!line.includes(text)) return;
          seen.add(node);
          if (seen.size < children.length) return;
          listeners.delete(listener);
          resolve(performance.now());
        };
        listeners.add(listener);
      }),
    async [Symbol.asyncDispose]() {
      await Promise.all(
        children.map(async (child) => {
          const ended = once(child, "exit");
          child.kill("SIGKILL");
          await ended;
        }),
      );
    },
  };
}

/** The words that bring a command into the network of each node. */
async function entersOf(cluster: Cluster): Promise<readonly (readonly string[])[]> {
  const enters = [cluster.machine.enter];
  for (const number of [2, 3]) {
    const init = await findCompartment(cluster.placeOf(`${cluster.nodeName}-${number}`));
    enters.push(["nsenter", `--net=/proc/${init!.pid}/ns/net`, "--"]);
  }
  return enters;
}

/** From now, when the API has answered, until it was seen; what was seen before is no time at all. */
async function since(seen: Promise<number>): Promise<number> {
  const answeredAtMs = performance.now();
  return Math.max(0, (await seen) - answeredAtMs);
}

function spread(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))]!.toFixed(0);
  return `median ${at(0.5)} ms, p99 ${at(0.99)} ms (n=${times.length})`;
}

/** The agents' processes of a cluster, by node. */
function agentsOf(nodeName: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const words = commandOf(pid).split("\0");
    const [program = "", options = ""] = words.slice(-3);
    if (program !== "agent" || words[0]?.endsWith("/node") !== true) continue;
    const { nodeName: name } = JSON.parse(options) as { readonly nodeName: string };
    if (name.startsWith(nodeName)) found.set(name, Number(pid));
  }
  return found;
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/**
 * What a process used of the processors, with the programs that it has run and the nft that stays; not with what it watches over
 * (containerd). The kernel counts in hundredths of a second.
 */
function cpuMs(pid: number): number {
  const sessions = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter((child) => commandOf(child).includes("nft\0-i\0"));
  return [pid, ...sessions].reduce((sum: number, one) => sum + ticksOf(one), 0) * 10;
}

function ticksOf(pid: number | string): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
}

function pssMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1024;
}
