import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { placesOf } from "../src/cluster/places.ts";
import { readRunning } from "../src/cluster/running.ts";
import { containerdPlaces } from "../src/host/node/containerd/configuration.ts";
import { connectCri, type CriRuntime } from "../src/host/node/containerd/cri.ts";
import { findHostParts } from "../src/host/node/packages/find.ts";
import { run, runOrThrow } from "../src/host/node/packages/run.ts";
import { buildImages } from "../tools/images/build.ts";
import { createMachine, type Machine } from "./machine.ts";
import { createShell, type Shell } from "./shell.ts";

/** A real cluster of one node, with the stock kubectl outside of it. */
export interface Cluster extends AsyncDisposable {
  /** The node's address, reachable from this machine. */
  readonly address: string;
  readonly nodeName: string;
  /** A terminal on this machine, with kubectl in its PATH and set up for the cluster, in an empty directory. */
  readonly shell: Shell;
  /** A terminal on the node, with `wherry` in its PATH, too. */
  readonly nodeShell: Shell;
  readonly runtime: CriRuntime;
  /** Where its processes write their logs. */
  readonly logs: string;
  readonly machine: Machine;
  /** The administrator's, for programs on the node itself. */
  readonly nodeKubeconfig: string;
  write(file: string, text: string): void;
  /** The process ids of `server` or `agent`. */
  pidOf(process: "server" | "agent"): Promise<number | undefined>;
  /** The directory of a node's own. */
  placeOf(node: string): string;
  /** `wherry up` after it was stopped or reset. */
  upAgain(): Promise<void>;
}

/** The command as it is in this tree; `dist/` has the one that users run. */
const SOURCE_COMMAND = fileURLToPath(new URL("../src/bin/wherry.mjs", import.meta.url));
/** Each machine has a directory of its name in it. */
export const ROOT = "/tmp/wherry-tests";

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

export interface ClusterOptions {
  /** The wherry.mjs to run instead of this tree's source. */
  readonly command?: string;
  /** The stock kubectl to use instead of that of the PATH. */
  readonly kubectl?: string;
  /** More words for `wherry up`. */
  readonly up?: readonly string[];
}

/** Brings one up with images of the documents. @param images to load before the first pod */
export async function startCluster(images: readonly string[], options: ClusterOptions = {}): Promise<Cluster> {
  return await startClusterWith(await buildImages(images, { progress: console.log }), options);
}

/** Brings one up in a data directory and on a machine of its own. @param archives of images, to load before the first pod */
export async function startClusterWith(
  archives: readonly string[],
  { command = SOURCE_COMMAND, kubectl = kubectlProgram(), up = [] }: ClusterOptions,
): Promise<Cluster> {
  const machine = await createMachine();
  const directory = join(ROOT, machine.name);
  const data = join(directory, "data");
  const nodeName = `${machine.name}-node`;
  const places = placesOf(data);
  const remove = async () => {
    await runOrThrow([...machine.enter, process.execPath, command, "reset", "--yes", "--data-dir", data]);
    rmSync(directory, { recursive: true, force: true });
  };
  await remove();
  for (const folder of ["bin", "work"]) mkdirSync(join(directory, folder), { recursive: true });
  const env = await terminalEnvironment(directory, data, { command, kubectl });
  const nodeShell = createShell(join(directory, "work"), { ...env, KUBECONFIG: places.kubeconfig }, machine.enter);
  const bringUp = async () => {
    await nodeShell.ok(["wherry up --detach --node-name", nodeName, ...up].join(" "));
    followKubeconfig(env.KUBECONFIG, places.kubeconfig, machine.address);
  };
  await bringUp();
  if (archives.length > 0) await nodeShell.ok(`wherry image load ${archives.join(" ")}`);
  const containerd = containerdPlaces(places.node(nodeName).containerd);
  const runtime = connectCri({ address: `unix://${containerd.socket}`, streamsDirectory: containerd.streams });
  return {
    address: machine.address,
    nodeName,
    machine,
    nodeKubeconfig: places.kubeconfig,
    shell: createShell(join(directory, "work"), env),
    nodeShell,
    runtime,
    logs: places.logs,
    write: (file, text) => writeFileSync(join(directory, "work", file), text),
    pidOf: async (name) => {
      const running = await readRunning(data);
      const { stdout } = await run(["pgrep", "-P", String(running?.up.pid ?? 0), "-f", ` ${name} [{]`]);
      const pid = Number(stdout.trim().split("\n")[0]);
      return Number.isInteger(pid) && pid > 0 ? pid : undefined;
    },
    placeOf: (node) => places.node(node).root,
    upAgain: bringUp,
    [Symbol.asyncDispose]: async () => {
      await runtime[Symbol.asyncDispose]();
      await remove();
      await machine.remove();
    },
  };
}

/** kubectl and wherry first in the PATH. @param directory has `bin` and `work` in it */
export async function terminalEnvironment(
  directory: string,
  data: string,
  { command = SOURCE_COMMAND, kubectl = kubectlProgram() }: Pick<ClusterOptions, "command" | "kubectl"> = {},
) {
  const program = await runOrThrow(["sh", "-c", 'command -v "$1"', "sh", kubectl]);
  symlinkSync(program.trim(), join(directory, "bin", "kubectl"));
  writeFileSync(join(directory, "bin", "wherry"), `#!/bin/sh\nexec ${process.execPath} ${command} "$@"\n`, {
    mode: 0o755,
  });
  return {
    PATH: `${join(directory, "bin")}${delimiter}${process.env["PATH"]}`,
    KUBECONFIG: join(directory, "kubeconfig"),
    WHERRY_DATA_DIR: data,
    HOME: join(directory, "work"),
    NO_PROXY: "*",
    no_proxy: "*",
  };
}

/** The cluster by the node's address, since 127.0.0.1 is another machine's there. */
export function followKubeconfig(own: string, theirs: string, address: string): void {
  writeFileSync(own, readFileSync(theirs, "utf8").replace("https://127.0.0.1:", `https://${address}:`));
}
