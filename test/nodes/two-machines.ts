import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { placesOf } from "../../src/cluster/places.ts";
import { buildImages } from "../../tools/images/build.ts";
import { followKubeconfig, ROOT, terminalEnvironment } from "../cluster.ts";
import { connectMachines, createMachine, type Machine } from "../machine.ts";
import { createShell, type Shell } from "../shell.ts";

/** A machine of a test, with a terminal on it and a data directory of its own. */
export interface OwnMachine {
  readonly machine: Machine;
  /** With `wherry` and `kubectl` in its PATH. */
  readonly shell: Shell;
  readonly data: string;
}

/** Two machines with a cable between them, that share nothing but the programs. */
export interface TwoMachines extends AsyncDisposable {
  /** Runs the control plane. */
  readonly control: OwnMachine;
  /** Sees no file of the other's. */
  readonly worker: OwnMachine;
  /** A terminal on this machine, where kubectl speaks to the cluster. */
  readonly shell: Shell;
  /** Archives of images. */
  readonly archives: readonly string[];
  /** `wherry up --detach` with more words, at first and after it was stopped. */
  up(words: string): Promise<void>;
}

export async function twoMachines(images: readonly string[]): Promise<TwoMachines> {
  const archives = await buildImages(images, { progress: console.log });
  await using opened = new AsyncDisposableStack();
  const control = await ownMachine(opened);
  const hidden = join(ROOT, control.machine.name);
  const worker = await ownMachine(opened, hidden);
  await connectMachines(control.machine, worker.machine);
  const env = await terminalEnvironment(join(hidden, "here"), control.data);
  const owned = opened.move();
  return {
    control,
    worker,
    archives,
    shell: createShell(join(hidden, "here", "work"), env),
    async up(words) {
      await control.shell.ok(`wherry up --detach ${words}`);
      followKubeconfig(env.KUBECONFIG, placesOf(control.data).kubeconfig, control.machine.address);
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** @param hidden a directory that is empty as this machine sees it */
async function ownMachine(opened: AsyncDisposableStack, hidden?: string): Promise<OwnMachine> {
  const machine = await createMachine();
  opened.defer(() => machine.remove());
  const directory = join(ROOT, machine.name);
  rmSync(directory, { recursive: true, force: true });
  for (const home of [directory, join(directory, "here")])
    for (const folder of ["bin", "work"]) mkdirSync(join(home, folder), { recursive: true });
  const enter = hidden === undefined ? machine.enter : [...(await withoutSight(opened, hidden)), ...machine.enter];
  const data = join(directory, "data");
  const env = await terminalEnvironment(directory, data);
  const shell = createShell(join(directory, "work"), { ...env, KUBECONFIG: placesOf(data).kubeconfig }, enter);
  opened.defer(async () => {
    if (existsSync(data)) await shell.ok("wherry reset --yes");
    rmSync(directory, { recursive: true, force: true });
  });
  return { machine, shell, data };
}

/** A mount namespace in which a directory is empty. @returns the words to put before a command to run it there. */
async function withoutSight(opened: AsyncDisposableStack, directory: string): Promise<readonly string[]> {
  const script = 'mount -t tmpfs tmpfs "$1" && echo hidden && exec sleep infinity';
  const holder = spawn("unshare", ["--mount", "--propagation", "slave", "sh", "-c", script, "sh", directory], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(holder, "exit");
  opened.defer(async () => {
    holder.kill("SIGKILL");
    await ended;
  });
  await Promise.race([once(holder.stdout, "data"), ended]);
  if (holder.exitCode !== null) throw new Error("no mount namespace of one's own is to be had here");
  return ["nsenter", `--mount=/proc/${holder.pid}/ns/mnt`, "--"];
}
