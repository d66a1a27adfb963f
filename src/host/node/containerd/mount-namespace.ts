import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import type { HostParts } from "../packages/find.ts";
import { run, runOrThrow } from "../packages/run.ts";

/**
 * The mount namespace that containerd and the node's agent share. Its root is shared, as HostToContainer and Bidirectional
 * volumes need, and it receives what the machine mounts later; what is mounted in it stays in it and is gone with it.
 * It is pinned by a bind mount, so that it outlives every process: an agent that starts anew finds the volumes of before.
 * Returns the words to put before a command to run it there (none when this process is already there). Such a command starts
 * in `/`, so its paths must be absolute.
 */
export async function enterMountNamespace(directory: string, parts: HostParts): Promise<readonly string[]> {
  const place = placeOf(directory);
  const known = await readRecord(place);
  if (known !== undefined && known === (await currentNamespace())) return [];
  if (known === undefined || (await pinnedNamespace(place)) !== known) await create(place, parts);
  return [parts.nsenter, `--mount=${place.pin}`, "--"];
}

/** Forgets the namespace; it ends with its last process. */
export async function releaseMountNamespace(directory: string): Promise<void> {
  const place = placeOf(directory);
  await run(["umount", place.pin]);
  await run(["umount", place.directory]);
  await rm(place.directory, { recursive: true, force: true });
}

interface Place {
  readonly directory: string;
  readonly pin: string;
  /** Says which namespace the pin holds, for those inside, who cannot see the pin. */
  readonly record: string;
}

function placeOf(directory: string): Place {
  const place = join(directory, "mount-namespace");
  return { directory: place, pin: join(place, "pin"), record: join(place, "record") };
}

async function create(place: Place, parts: HostParts): Promise<void> {
  await mkdir(place.directory, { recursive: true });
  // The kernel pins a mount namespace only on a private mount, and many machines share everything.
  await run(["umount", place.pin]);
  await run(["umount", place.directory]);
  await runOrThrow(["mount", "--bind", place.directory, place.directory]);
  await runOrThrow(["mount", "--make-private", place.directory]);
  await writeFile(place.pin, "");
  await unshared([parts.unshare, `--mount=${place.pin}`, "--propagation", "slave", "sh", "-c", SET_UP]);
  await writeFile(place.record, `${await bootId()} ${await inode(place.pin)}`);
}

/**
 * The kernel pins only namespaces whose number is higher than that of the one they are pinned from, and since 6.18 each CPU gives
 * numbers of its own: where this process is in a namespace that is not the machine's first one, only the CPU that made it is sure
 * to give a higher one.
 */
async function unshared(command: readonly string[]): Promise<void> {
  for (let cpu = 0; cpu < cpus().length; cpu++) {
    const { exitCode } = await run(["taskset", "--cpu-list", String(cpu), ...command]);
    if (exitCode === 0) return;
  }
  await runOrThrow(command);
}

// On hybrid cgroups the unified tree holds no controllers, and crun refuses to work as long as it is mounted.
const SET_UP =
  "mount --make-rshared / && if [ -e /sys/fs/cgroup/memory ] && [ -e /sys/fs/cgroup/unified ]; then umount /sys/fs/cgroup/unified; fi; true";

/** Boot and inode: inode numbers alone are given anew after a restart of the machine. */
async function readRecord(place: Place): Promise<string | undefined> {
  const text = await readFile(place.record, "utf8").catch(() => "");
  return text.startsWith(await bootId()) ? text : undefined;
}

async function currentNamespace(): Promise<string> {
  return `${await bootId()} ${await inode("/proc/self/ns/mnt")}`;
}

async function pinnedNamespace(place: Place): Promise<string | undefined> {
  const pinned = await inode(place.pin).catch(() => undefined);
  return pinned === undefined ? undefined : `${await bootId()} ${pinned}`;
}

async function inode(path: string): Promise<number> {
  return (await stat(path)).ino;
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
}
