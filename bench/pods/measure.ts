import { Pod } from "../../src/api/core/v1/pod.ts";
import { ServiceAccount } from "../../src/api/core/v1/service-account.ts";
import type { Client } from "../../src/client/client.ts";
import type { ContainerConfig, SandboxConfig } from "../../src/kubelet/ports/runtime.ts";
import type { Draft } from "../../src/machinery/object.ts";
import type { PodNode } from "./pod-node.ts";

const ROUNDS = 15;
const CROWD = 30;
/** What the pod before has left is removed meanwhile: it would be counted with the next one. */
const REST_MS = 500;
const NAMESPACE = "default";
const IMAGE = "busybox:latest";
/** Ends at once when told to, as a well-behaved program does. */
const PROGRAM = ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 1000 & wait; done"];
/** SIGTERM is the 15th bit of the caught signals. */
const TRAPPED = ["grep", "-q", "^SigCgt:.*[4567cdef]...$", "/proc/1/status"];
const { signal } = new AbortController();

/** What a pod costs on a node, beside what containerd alone takes for the same, in milliseconds. */
export interface PodFigures {
  /** Of one pod, by what was measured. */
  readonly each: ReadonlyMap<string, readonly number[]>;
  /** Many at once, until the last one runs. */
  readonly crowd: { readonly pods: number; readonly runningMs: number };
  /** For each of them. */
  readonly cpu: { readonly controlPlane: number; readonly node: number };
}

export async function measurePods(node: PodNode): Promise<PodFigures> {
  const { client } = node;
  await until(async () => {
    node.check();
    return (await client.list(ServiceAccount, { namespace: NAMESPACE, signal })).items.length > 0;
  });
  const ending = new AbortController();
  const watched = watchPods(client, ending.signal);
  try {
    return await Promise.race([figuresOf({ node, watched }), watched.broken]);
  } finally {
    ending.abort();
  }
}

async function figuresOf(bench: Bench): Promise<PodFigures> {
  const { node } = bench;
  await onePod(bench, "warm", {});
  await containerdAlone(bench, "warm");
  const each = new Map<string, number[]>();
  const note = (of: Record<string, number>) => {
    for (const [name, ms] of Object.entries(of)) each.set(name, [...(each.get(name) ?? []), ms]);
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
  const before = node.cpuMs();
  const runningMs = await crowd(bench);
  const after = node.cpuMs();
  const cpu = {
    controlPlane: (after.controlPlane - before.controlPlane) / CROWD,
    node: (after.node - before.node) / CROWD,
  };
  return { each, crowd: { pods: CROWD, runningMs }, cpu };
}

interface Bench {
  readonly node: PodNode;
  readonly watched: Watched;
}

/** Many pods created at the same time, until the last one runs. */
async function crowd({ node: { client }, watched }: Bench): Promise<number> {
  const names = Array.from({ length: CROWD }, (_, index) => `crowd-${index}`);
  const beganAtMs = performance.now();
  await Promise.all(names.map((name) => client.create(Pod, podDraft(name, {}), { signal })));
  const seen = await Promise.all(names.map((name) => watched.when(name, isRunning)));
  return Math.max(...seen.map(({ atMs }) => atMs)) - beganAtMs;
}

interface OnePod {
  readonly runningMs: number;
  readonly restartedMs: number;
  readonly goneMs: number;
}

async function onePod({ node, watched }: Bench, name: string, more: object): Promise<OnePod> {
  const { client, runtime } = node;
  await rest();
  const createdAtMs = performance.now();
  await client.create(Pod, podDraft(name, more), { signal });
  const running = await watched.when(name, isRunning);
  const runningMs = performance.now() - createdAtMs;
  const id = main(running.pod!)!.containerID!.replace("containerd://", "");
  await untilTrapped(node, id);
  const death = diesAtMs(node, id);
  await runtime.execSync(id, ["kill", "1"], 10_000, { signal });
  const again = await watched.when(name, (pod) => main(pod)?.restartCount === 1 && isRunning(pod));
  const restartedMs = again.atMs - (await death);
  await untilTrapped(node, main(again.pod)!.containerID!.replace("containerd://", ""));
  const deletedAtMs = performance.now();
  await client.delete(Pod, { name, namespace: NAMESPACE }, { signal });
  const gone = await watched.when(name, (pod) => pod === undefined);
  return { runningMs, restartedMs, goneMs: gone.atMs - deletedAtMs };
}

/** Until the program has set its trap it would not end at SIGTERM at all. */
async function untilTrapped({ runtime }: Pick<PodNode, "runtime">, id: string): Promise<void> {
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
async function diesAtMs({ runtime }: PodNode, id: string): Promise<number> {
  for await (const event of runtime.events({ signal })) {
    if (event.type === "container-stopped" && event.containerId === id) return performance.now();
  }
  throw new Error("the runtime's events ended");
}

/** The same pod by CRI's three calls and nothing else. */
async function containerdAlone({ node }: Bench, name: string) {
  const { runtime, cgroupParent } = node.alone;
  const sandbox = sandboxConfig(name, cgroupParent);
  await rest();
  const beganAtMs = performance.now();
  const sandboxId = await runtime.runSandbox(sandbox, { signal });
  const sandboxAtMs = performance.now();
  const id = await runtime.createContainer(sandboxId, containerConfig(), sandbox, { signal });
  const createdAtMs = performance.now();
  await runtime.startContainer(id, { signal });
  const startedMs = performance.now() - createdAtMs;
  await untilTrapped(node.alone, id);
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

function sandboxConfig(name: string, cgroupParent: string): SandboxConfig {
  return {
    identity: { name, namespace: "bench", uid: name, attempt: 0 },
    hostname: name,
    logDirectory: "",
    ports: [],
    labels: {},
    annotations: {},
    cgroupParent: `${cgroupParent}/bench`,
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
  /** Rejects when the watch breaks. */
  readonly broken: Promise<never>;
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
  const broken = Promise.withResolvers<never>();
  broken.promise.catch(() => {});
  void follow().catch((error: unknown) => broken.reject(error));
  return {
    broken: broken.promise,
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

function rest(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, REST_MS));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
