import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { placesOf } from "../src/cluster/places.ts";
import { containerdPlaces } from "../src/host/node/containerd/configuration.ts";
import { connectCri, type CriRuntime } from "../src/host/node/containerd/cri.ts";
import { loadImageFile } from "../src/host/node/containerd/image-load.ts";
import { findHostParts } from "../src/host/node/packages/find.ts";
import { run, runOrThrow } from "../src/host/node/packages/run.ts";
import { buildImages } from "../tools/images/build.ts";
import type { EntryOptions, UpMessage } from "./entry.ts";
import { createMachine, type Machine } from "./machine.ts";
import { createShell, type Shell } from "./shell.ts";

/** A real cluster of one node, with the stock kubectl outside of it. */
export interface Cluster extends AsyncDisposable {
  /** The node's address, reachable from this machine. */
  readonly address: string;
  readonly nodeName: string;
  /** A terminal on this machine, with kubectl in its PATH and set up for the cluster, in an empty directory. */
  readonly shell: Shell;
  /** A terminal on the node. */
  readonly nodeShell: Shell;
  readonly runtime: CriRuntime;
  readonly logs: string;
  write(file: string, text: string): void;
  /** The process ids of `server` or `agent`. */
  pidOf(process: "server" | "agent"): Promise<number | undefined>;
}

const ENTRY = fileURLToPath(new URL("entry.ts", import.meta.url));
const ROOT = "/tmp/wherry-tests";

/** Why this machine cannot run clusters; undefined where it can. Said loudly, since the tests are skipped. */
export async function whyNoCluster(): Promise<string | undefined> {
  const why = await obstacle();
  if (why !== undefined) console.error(`\n*** NOT TESTED with real containers: ${why} ***\n`);
  return why;
}

async function obstacle(): Promise<string | undefined> {
  if (process.platform !== "linux") return `containers need Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return "containers need root";
  const { parts, missing } = await findHostParts();
  if (parts === undefined) return `missing on this machine: ${missing.join(", ")}`;
  if ((await run([kubectlProgram(), "version", "--client"])).exitCode !== 0)
    return `no ${kubectlProgram()} on this machine`;
  return undefined;
}

/** The stock kubectl of the PATH, or the one that WHERRY_TEST_KUBECTL names. */
function kubectlProgram(): string {
  return process.env["WHERRY_TEST_KUBECTL"] ?? "kubectl";
}

/** Brings one up in a data directory and on a machine of its own. @param images to load before the first pod */
export async function startCluster(images: readonly string[]): Promise<Cluster> {
  const archives = await buildImages(images, { progress: console.log });
  const machine = await createMachine();
  const directory = join(ROOT, machine.name);
  const own = { dataDirectory: join(directory, "data"), nodeName: `${machine.name}-node` };
  await removeAll(machine, directory, own);
  mkdirSync(join(directory, "bin"), { recursive: true });
  mkdirSync(join(directory, "work"));
  const { child, message } = await runUp(machine, directory, own);
  const places = containerdPlaces(placesOf(own.dataDirectory).node(own.nodeName).containerd);
  const runtime = connectCri({ address: `unix://${places.socket}`, streamsDirectory: places.streams });
  const { signal } = new AbortController();
  for (const archive of archives) await loadImageFile(runtime.channel, archive, { signal });
  const env = await terminalEnvironment(directory, message);
  return {
    address: message.address,
    nodeName: own.nodeName,
    shell: createShell(join(directory, "work"), env),
    nodeShell: createShell(join(directory, "work"), env, machine.enter),
    runtime,
    logs: placesOf(own.dataDirectory).logs,
    write: (file, text) => writeFileSync(join(directory, "work", file), text),
    pidOf: async (name) => {
      const { stdout } = await run(["pgrep", "-P", String(child.pid), "-f", ` ${name} [{]`]);
      const pid = Number(stdout.trim().split("\n")[0]);
      return Number.isInteger(pid) && pid > 0 ? pid : undefined;
    },
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      if (process.env["WHERRY_TEST_KEEP"] === undefined) await removeAll(machine, directory, own);
      await machine.remove();
    },
  };
}

async function removeAll(machine: Machine, directory: string, own: EntryOptions): Promise<void> {
  await runOrThrow([...machine.enter, process.execPath, ENTRY, "reset", JSON.stringify(own)]);
  rmSync(directory, { recursive: true, force: true });
}

async function runUp(machine: Machine, directory: string, own: EntryOptions) {
  const log = join(directory, "up.log");
  const output = openSync(log, "a");
  const command = [...machine.enter, process.execPath, ENTRY, "up", JSON.stringify(own)];
  const child = spawn(command[0]!, command.slice(1), { stdio: ["ignore", output, output, "ipc"] });
  const message = await Promise.race([
    once(child, "message").then(([told]) => told as UpMessage),
    once(child, "exit").then(() => {
      throw new Error(`the cluster did not come up: ${readFileSync(log, "utf8")}`);
    }),
  ]);
  return { child, message };
}

/** kubectl first in the PATH, and the cluster by the node's address, since 127.0.0.1 is another machine's there. */
async function terminalEnvironment(directory: string, { address, kubeconfig }: UpMessage) {
  const program = await runOrThrow(["sh", "-c", 'command -v "$1"', "sh", kubectlProgram()]);
  symlinkSync(program.trim(), join(directory, "bin", "kubectl"));
  const own = join(directory, "kubeconfig");
  writeFileSync(own, readFileSync(kubeconfig, "utf8").replace("https://127.0.0.1:", `https://${address}:`));
  const path = `${join(directory, "bin")}${delimiter}${process.env["PATH"]}`;
  return { PATH: path, KUBECONFIG: own, HOME: join(directory, "work"), NO_PROXY: "*", no_proxy: "*" };
}
