import { readFile, readdir, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Log } from "../../../base/log.ts";
import { removePodNetwork } from "../cni/network.ts";
import type { HostParts } from "../packages/find.ts";
import { containerdPlaces } from "./configuration.ts";
import type { CriRuntime } from "./cri.ts";
import { enterMountNamespace, releaseMountNamespace } from "./mount-namespace.ts";
import { isAlive, lookUpProcess, readProcessFile, signalProcess } from "./process.ts";
import type { ProcessRecord } from "./process.ts";
import { stopContainerd, superviseContainerd } from "./supervise.ts";

export interface CleanupOptions {
  /** The directory given to `superviseContainerd`. */
  readonly directory: string;
  readonly parts: HostParts;
  /** Of its pods; undefined where bridge and host ports are another node's by now. */
  readonly bridge: string | undefined;
  /** The cgroup under which all pods of the node lie, such as `/kubepods`. */
  readonly cgroupParent?: string;
  /** Whether images and all other files go, too. */
  readonly removeFiles: boolean;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/**
 * Ends every pod of a node and containerd itself, and removes what they left on the machine: network, mounts, cgroups, and on
 * demand all files. Works whether or not containerd runs; doing it again does no harm.
 */
export async function cleanUpNode(options: CleanupOptions): Promise<void> {
  const { directory, parts, log, signal } = options;
  const places = containerdPlaces(directory);
  if (await exists(places.configuration)) {
    try {
      await removePodsByCri(options);
    } catch (error) {
      // What CRI cannot end is ended below, by signals.
      log.warn("pods could not be removed through containerd", { error });
    }
  }
  await stopContainerd(directory);
  await killShims(places.socket);
  const { cniConfiguration: configurationDirectory, cniState: stateDirectory } = places;
  await removePodNetwork({ configurationDirectory, stateDirectory, bridge: options.bridge }, parts);
  await releaseMountNamespace(directory);
  if (options.cgroupParent !== undefined) await removeCgroups(options.cgroupParent);
  signal.throwIfAborted();
  if (!options.removeFiles) return;
  await rm(directory, { recursive: true, force: true, maxRetries: 3 });
  if (!places.socket.startsWith(`${directory}/`)) await rm(dirname(places.socket), { recursive: true, force: true });
}

/** Stops and removes all pods through CRI, which also gives back addresses and host ports. */
async function removePodsByCri({ directory, parts, log, signal }: CleanupOptions): Promise<void> {
  const enter = await enterMountNamespace(directory, parts);
  await using containerd = await superviseContainerd({ directory, parts, log, signal, enter });
  await removeAllPods(containerd.runtime, signal);
}

const AT_ONCE = 8;

/** Ends all pods without waiting for their programs. */
async function removeAllPods(runtime: CriRuntime, signal: AbortSignal): Promise<void> {
  const waiting = [...(await runtime.sandboxes({ signal }))];
  const work = async () => {
    for (let sandbox = waiting.pop(); sandbox !== undefined; sandbox = waiting.pop()) {
      await runtime.stopSandbox(sandbox.id, { signal });
      await runtime.removeSandbox(sandbox.id, { signal });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** Kills containerd, its shims and all containers at once, as a power cut would. What they left is for others to clean. */
export async function crashNode(directory: string): Promise<void> {
  const { processFile, socket } = containerdPlaces(directory);
  const record = await readProcessFile(processFile);
  if (record !== undefined) await signalProcess(record, "SIGKILL");
  await killShims(socket);
}

/** Kills the shims of a containerd that is no longer there to do it, and the containers below them. */
async function killShims(socket: string): Promise<void> {
  const processes = await allProcesses();
  const shims = processes.filter(({ words }) => words[0]?.includes("containerd-shim") && words.includes(socket));
  const doomed = new Set(shims);
  // Children come after their parents only by chance, so that rounds go on until nothing new is found.
  for (let size = -1; size !== doomed.size;) {
    size = doomed.size;
    const parents = new Set([...doomed].map(({ record }) => record.pid));
    for (const item of processes) if (parents.has(item.parent)) doomed.add(item);
  }
  for (const { record } of doomed) await signalProcess(record, "SIGKILL");
  for (const { record } of doomed) while (await isAlive(record)) await sleep(10);
}

interface RunningProcess {
  readonly record: ProcessRecord;
  readonly parent: number;
  readonly words: readonly string[];
}

async function allProcesses(): Promise<readonly RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const processes = await Promise.all(
    pids.map(async (pid) => {
      const record = await lookUpProcess(pid);
      const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0);
      return record === undefined ? undefined : { record, parent, words: words.split("\0") };
    }),
  );
  return processes.filter((item) => item !== undefined);
}

/** Removes a cgroup and those below it from every hierarchy; one that still has processes stays. */
async function removeCgroups(parent: string): Promise<void> {
  const root = "/sys/fs/cgroup";
  const hierarchies = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const base of [root, ...hierarchies.map(({ name }) => join(root, name))]) await removeTree(join(base, parent));
}

async function removeTree(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeTree(join(directory, entry.name));
  await rmdir(directory).catch(() => {});
}

async function exists(path: string): Promise<boolean> {
  return readFile(path).then(
    () => true,
    () => false,
  );
}
