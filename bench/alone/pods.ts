import { readFileSync } from "node:fs";
import { Pod } from "../../src/api/core/v1/pod.ts";
import { ServiceAccount } from "../../src/api/core/v1/service-account.ts";
import { type Client, createClient } from "../../src/client/client.ts";
import { httpTransport } from "../../src/client/http-transport.ts";
import type { ContainerConfig, SandboxConfig } from "../../src/kubelet/ports/runtime.ts";
import type { Draft } from "../../src/machinery/object.ts";
import { type Cluster, startCluster, whyNoCluster } from "../../test/cluster.ts";
import { carrierFor } from "./cluster-carrier.ts";

// What a pod costs on a real cluster of one node, beside what containerd alone takes for the same:
//   npm run bench -- pods
// Goals: create → running at most 40 ms above containerd's own time, first restart < 300 ms, delete → gone < 250 ms.

const ROUNDS = 15;
const CROWD = 30;
const NAMESPACE = "default";
const IMAGE = "busybox:latest";
/** Ends at once when told to, as a well-behaved program does. */
const PROGRAM = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"];
/** SIGTERM is the 15th bit of the caught signals. */
const TRAPPED = ["grep", "-q", "^SigCgt:.*[4567cdef]...$", "/proc/1/status"];
const { signal } = new AbortController();

export async function run(print: (line: string) => void): Promise<void> {
  const obstacle = await whyNoCluster();
  if (obstacle !== undefined) return print(`pods: not measured: ${obstacle}`);
  await using cluster = await startCluster(["busybox"]);
  using carrier = await carrierFor(cluster);
  const client = createClient(httpTransport(carrier, "bench"));
  await until(async () => (await client.list(ServiceAccount, { namespace: NAMESPACE, signal })).items.length > 0);
  const ending = new AbortController();
  const watched = watchPods(client, ending.signal);
  const bench: Bench = { cluster, client, watched };
  await onePod(bench, "warm", {});
  await containerdAlone(bench, "warm");
  const figures = new Map<string, number[]>();
  const note = (of: Record<string, number>) => {
    for (const [name, ms] of Object.entries(of)) figures.set(name, [...(figures.get(name) ?? []), ms]);
  };
  for (let round = 0; round < ROUNDS; round++) {
    const plain = await onePod(bench, `plain-${round}`, { automountServiceAccountToken: false });
    note({ "create → running, no token volume": plain.runningMs });
    const { runningMs, restartedMs, goneMs } = await onePod(bench, `pod-${round}`, {});
    const alone = await containerdAlone(bench, `cri-${round}`);
    note({
      "create → running": runningMs,
      "create → running, above containerd alone": runningMs - alone["containerd alone, all three"],
      "crash → running again": restartedMs,
      "delete → gone": goneMs,
      ...alone,
    });
  }
  const server = (await cluster.pidOf("server"))!;
  const agent = (await cluster.pidOf("agent"))!;
  const [serverMs, agentMs] = [cpuMs(server), cpuMs(agent)];
  const crowdMs = await crowd(bench);
  const cpu = { server: (cpuMs(server) - serverMs) / CROWD, agent: (cpuMs(agent) - agentMs) / CROWD };
  ending.abort();
  for (const [name, values] of figures) print(`pods: ${name}: ${summary(values)}`);
  print(`pods: ${CROWD} at once → all running: ${crowdMs.toFixed(0)} ms`);
  print(`pods: CPU a pod until then: server ${cpu.server.toFixed(0)} ms, agent ${cpu.agent.toFixed(0)} ms`);
}

interface Bench {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly watched: Watched;
}

/** Many pods created at the same time, until the last one runs. */
async function crowd({ client, watched }: Bench): Promise<number> {
  const names = Array.from({ length: CROWD }, (_, index) => `crowd-${index}`);
  const beganAtMs = performance.now();
  await Promise.all(names.map((name) => client.create(Pod, podDraft(name, {}), { signal })));
  const seen = await Promise.all(names.map((name) => watched.when(name, isRunning)));
  return Math.max(...seen.map(({ atMs }) => atMs)) - beganAtMs;
}

/** What a process has used of the processors; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

interface PodFigures {
  readonly runningMs: number;
  readonly restartedMs: number;
  readonly goneMs: number;
}

async function onePod({ cluster, client, watched }: Bench, name: string, more: object): Promise<PodFigures> {
  const createdAtMs = performance.now();
  await client.create(Pod, podDraft(name, more), { signal });
  const running = await watched.when(name, isRunning);
  const runningMs = performance.now() - createdAtMs;
  const id = main(running.pod!)!.containerID!.replace("containerd://", "");
  await untilTrapped(cluster, id);
  const death = diesAtMs(cluster, id);
  await cluster.runtime.execSync(id, ["kill", "1"], 10_000, { signal });
  const again = await watched.when(name, (pod) => main(pod)?.restartCount === 1 && isRunning(pod));
  const restartedMs = again.atMs - (await death);
  await untilTrapped(cluster, main(again.pod)!.containerID!.replace("containerd://", ""));
  const deletedAtMs = performance.now();
  await client.delete(Pod, { name, namespace: NAMESPACE }, { signal });
  const gone = await watched.when(name, (pod) => pod === undefined);
  return { runningMs, restartedMs, goneMs: gone.atMs - deletedAtMs };
}

/** Until the program has set its trap it would not end at SIGTERM at all. */
async function untilTrapped({ runtime }: Cluster, id: string): Promise<void> {
  await until(async () => (await runtime.execSync(id, TRAPPED, 10_000, { signal })).exitCode === 0);
}

function main(pod: Pod | undefined) {
  return pod?.status.containerStatuses?.[0];
}

function podDraft(name: string, more: object): Draft<Pod> {
  return {
    metadata: { name, namespace: NAMESPACE },
    spec: { containers: [{ name: "main", image: IMAGE, imagePullPolicy: "IfNotPresent", command: PROGRAM }], ...more },
  } as unknown as Draft<Pod>;
}

function isRunning(pod: Pod | undefined): boolean {
  return main(pod)?.state?.running !== undefined;
}

/** When containerd told of the end of a container. */
async function diesAtMs({ runtime }: Cluster, id: string): Promise<number> {
  for await (const event of runtime.events({ signal })) {
    if (event.type === "container-stopped" && event.containerId === id) return performance.now();
  }
  throw new Error("the runtime's events ended");
}

/** The same pod by CRI's three calls and nothing else. */
async function containerdAlone({ cluster }: Bench, name: string) {
  const { runtime, nodeName } = cluster;
  const sandbox = sandboxConfig(name, nodeName);
  const beganAtMs = performance.now();
  const sandboxId = await runtime.runSandbox(sandbox, { signal });
  const sandboxAtMs = performance.now();
  const id = await runtime.createContainer(sandboxId, containerConfig(), sandbox, { signal });
  const createdAtMs = performance.now();
  await runtime.startContainer(id, { signal });
  const startedMs = performance.now() - createdAtMs;
  await untilTrapped(cluster, id);
  const stopAtMs = performance.now();
  await runtime.stopContainer(id, 5, { signal });
  const stoppedAtMs = performance.now();
  await runtime.stopSandbox(sandboxId, { signal });
  const downAtMs = performance.now();
  await runtime.removeSandbox(sandboxId, { signal });
  return {
    "containerd alone, all three": createdAtMs + startedMs - beganAtMs,
    "containerd alone, sandbox": sandboxAtMs - beganAtMs,
    "containerd alone, create": createdAtMs - sandboxAtMs,
    "containerd alone, start": startedMs,
    "containerd alone, stop the container": stoppedAtMs - stopAtMs,
    "containerd alone, stop the sandbox": downAtMs - stoppedAtMs,
  };
}

const NAMESPACES = { network: "pod", pid: "container", ipc: "pod" } as const;

function sandboxConfig(name: string, nodeName: string): SandboxConfig {
  return {
    identity: { name, namespace: "bench", uid: name, attempt: 0 },
    hostname: name,
    logDirectory: "",
    ports: [],
    labels: {},
    annotations: {},
    cgroupParent: `/wherry-${nodeName}/bench`,
    sysctls: {},
    namespaces: NAMESPACES,
    security: { privileged: false, supplementalGroups: [], seccomp: { type: "RuntimeDefault" } },
    runtimeHandler: "",
  };
}

function containerConfig(): ContainerConfig {
  return {
    name: "main",
    attempt: 0,
    image: `docker.io/library/${IMAGE}`,
    userImage: IMAGE,
    command: PROGRAM,
    args: [],
    workingDirectory: "",
    environment: [],
    mounts: [],
    devices: [],
    labels: {},
    annotations: {},
    logPath: "",
    stdin: false,
    stdinOnce: false,
    tty: false,
    resources: { cpuShares: 2, cpuQuota: 0, cpuPeriod: 0, memoryLimit: 0, oomScoreAdjust: 1000, unified: {} },
    security: {
      privileged: false,
      capabilities: { add: [], drop: [] },
      supplementalGroups: [],
      readOnlyRoot: false,
      noNewPrivileges: false,
      seccomp: { type: "Unconfined" },
      namespaces: NAMESPACES,
      maskedPaths: [],
      readonlyPaths: [],
    },
  };
}

interface Seen {
  readonly atMs: number;
  readonly pod: Pod | undefined;
}

interface Watched {
  /** The first time, from now on or in the newest state, that the pod (undefined once deleted) is as wanted. */
  when(name: string, wanted: (pod: Pod | undefined) => boolean): Promise<Seen>;
}

function watchPods(client: Client, ended: AbortSignal): Watched {
  const newest = new Map<string, Seen>();
  const waiting = new Set<(name: string, seen: Seen) => void>();
  const follow = async () => {
    for await (const events of client.watch(Pod, { namespace: NAMESPACE, signal: ended })) {
      for (const event of events) {
        if (event.type !== "ADDED" && event.type !== "MODIFIED" && event.type !== "DELETED") continue;
        const seen = { atMs: performance.now(), pod: event.type === "DELETED" ? undefined : event.object };
        newest.set(event.object.metadata.name, seen);
        for (const tell of waiting) tell(event.object.metadata.name, seen);
      }
    }
  };
  void follow().catch((error: unknown) => {
    if (!ended.aborted) throw error;
  });
  return {
    when: (name, wanted) =>
      new Promise((resolve) => {
        const known = newest.get(name);
        if (known !== undefined && wanted(known.pod)) return resolve(known);
        const tell = (of: string, seen: Seen) => {
          if (of !== name || !wanted(seen.pod)) return;
          waiting.delete(tell);
          resolve(seen);
        };
        waiting.add(tell);
      }),
  };
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

function summary(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const [low, median, high] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at]!.toFixed(0));
  return `median ${median} ms (${low}–${high}, n=${values.length})`;
}
