import { spawn } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive, lookUpProcess, type ProcessRecord, signalProcess } from "../containerd/process.ts";
import type { HostParts } from "../packages/find.ts";
import { type Cable, connectCable } from "./cable.ts";

/** A machine within this machine: network, mounts, processes, host name and IPC of its own; files and kernel are shared. */
export interface Compartment {
  /** Absolute and the compartment's alone: by it, its processes are found again. */
  readonly directory: string;
  readonly hostName: string;
  readonly cable: Cable;
}

export interface OpenCompartment {
  /** Its first process; when that ends, all that runs in it is gone at once, with its mounts and its network. */
  readonly init: ProcessRecord;
  /** The words that, put before a command, run it there, in `/`; the command is killed when they are. */
  readonly enter: readonly string[];
  /** Whether it ran already. */
  readonly adopted: boolean;
}

/** Opens a compartment, or finds the one that was opened before. It belongs to nobody: it outlives whoever opened it. */
export async function openCompartment(compartment: Compartment, parts: HostParts): Promise<OpenCompartment> {
  const running = await findCompartment(compartment.directory);
  if (running !== undefined) return { init: running, enter: wordsFor(running, parts), adopted: true };
  const init = await start(compartment, parts);
  try {
    await connectCable(compartment.cable, init.pid, parts);
  } catch (error) {
    await closeCompartment(compartment.directory);
    throw error;
  }
  return { init, enter: wordsFor(init, parts), adopted: false };
}

/** Ends it as a power cut would. That none is open is no error. */
export async function closeCompartment(directory: string): Promise<void> {
  const init = await findCompartment(directory);
  if (init === undefined) return;
  await signalProcess(init, "SIGKILL");
  while (await isAlive(init)) await sleep(LOOK_EVERY_MS);
}

/** The first process of the compartment that is open for a directory. */
export async function findCompartment(directory: string): Promise<ProcessRecord | undefined> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
      return words[0] === "sh" && words[3] === MARK && words[4] === directory ? await lookUpProcess(pid) : undefined;
    }),
  );
  return found.find((record) => record !== undefined);
}

/** How a path of the compartment is written for those outside of it. */
export function pathInside(init: ProcessRecord, path: string): string {
  return `/proc/${init.pid}/root${path}`;
}

const LOOK_EVERY_MS = 5;
const MARK = "wherry-compartment";

/**
 * The first process. `/run` is its own, because containerd's shims listen there under names that every containerd shares; where
 * the machine's name servers are written stays visible. Mounts are shared within, as volumes need. What the kernel hands to it
 * when a parent is gone (shims) it reaps.
 */
const INIT = `
set -e
hostname "$2"
mkdir -p "$1/run"
mount -t tmpfs -o mode=755 tmpfs "$1/run"
if [ -d /run/systemd/resolve ]; then
  mkdir -p "$1/run/systemd/resolve"
  mount --bind /run/systemd/resolve "$1/run/systemd/resolve"
fi
mount -n --move "$1/run" /run
mount --make-rshared /
if [ -e /sys/fs/cgroup/memory ] && [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi
ip link set lo up
echo open
exec >/dev/null 2>&1
while :; do sleep 1000000 & wait; done
`;

const UNSHARED = ["--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--mount-proc", "--propagation", "slave"];

async function start({ directory, hostName }: Compartment, parts: HostParts): Promise<ProcessRecord> {
  await mkdir(directory, { recursive: true, mode: 0o711 });
  const child = spawn(parts.unshare, [...UNSHARED, "sh", "-c", INIT, MARK, directory, hostName], {
    cwd: "/",
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const opened = new Promise<boolean>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve(false));
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.endsWith("open\n")) resolve(true);
      });
    }
  });
  const init = (await opened) ? await findCompartment(directory) : undefined;
  if (init === undefined) throw new Error(`this machine cannot be divided into nodes: ${output.trim()}`);
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
  return init;
}

/**
 * By setpriv the command goes with the words before it: a process that enters another PID namespace has to leave its child there,
 * and would otherwise leave it behind.
 */
function wordsFor({ pid }: ProcessRecord, { nsenter }: HostParts): readonly string[] {
  const namespace = (name: string) => join("/proc", String(pid), "ns", name);
  const entered = ["mnt:mount", "uts:uts", "ipc:ipc", "net:net", "pid:pid"].map((pair) => {
    const [name, option] = pair.split(":") as [string, string];
    return `--${option}=${namespace(name)}`;
  });
  return [nsenter, ...entered, "--", "setpriv", "--pdeathsig", "KILL", "--"];
}
