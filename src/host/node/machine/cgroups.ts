import { mkdir, readdir, readFile, rmdir, stat, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { CgroupLimits } from "../../../kubelet/ports/machine.ts";

const ROOT = "/sys/fs/cgroup";
/** A group can be removed a moment after its last process has ended. */
const REMOVE_TRIES = 20;
const REMOVE_PAUSE_MS = 10;

/** Creates a control group in every hierarchy there is and sets its limits. @param path such as `/kubepods/pod1` */
export async function setGroup(path: string, limits: CgroupLimits): Promise<void> {
  if (await isUnified()) return await setUnified(path, limits);
  const { cpuShares, cpuQuota, cpuPeriod, memoryLimit } = limits;
  await Promise.all(
    (await controllers()).map(async (controller) => {
      const directory = `${ROOT}/${controller}${path}`;
      await mkdir(directory, { recursive: true });
      if (controller === "cpu" || controller === "cpu,cpuacct") {
        await writeFile(`${directory}/cpu.shares`, String(cpuShares));
        if (cpuQuota > 0) await writeFile(`${directory}/cpu.cfs_period_us`, String(cpuPeriod));
        await writeFile(`${directory}/cpu.cfs_quota_us`, String(cpuQuota > 0 ? cpuQuota : -1)).catch(ignoreAbsent);
      }
      if (controller === "memory" && memoryLimit > 0)
        await writeFile(`${directory}/memory.limit_in_bytes`, String(memoryLimit));
    }),
  );
}

/** Removes a control group with everything below it, processes too: none of them belongs to a container any more. */
export async function removeGroup(path: string): Promise<void> {
  const roots = (await isUnified())
    ? [`${ROOT}${path}`]
    : (await controllers()).map((controller) => `${ROOT}/${controller}${path}`);
  await Promise.all(roots.map(removeBelow));
}

async function setUnified(path: string, { cpuShares, cpuQuota, cpuPeriod, memoryLimit }: CgroupLimits): Promise<void> {
  let directory = ROOT;
  for (const part of path.split("/").filter((one) => one !== "")) {
    await writeFile(`${directory}/cgroup.subtree_control`, "+cpu +cpuset +memory +pids +io").catch(ignoreAbsent);
    directory += `/${part}`;
    await mkdir(directory, { recursive: true });
  }
  // The range 2 to 262,144 of shares is spread over the range 1 to 10,000 of weights.
  const weight = 1 + Math.floor(((cpuShares - 2) * 9999) / 262_142);
  await writeFile(`${directory}/cpu.weight`, String(weight));
  await writeFile(`${directory}/cpu.max`, `${cpuQuota > 0 ? cpuQuota : "max"} ${cpuPeriod}`);
  await writeFile(`${directory}/memory.max`, memoryLimit > 0 ? String(memoryLimit) : "max");
}

async function removeBelow(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) if (entry.isDirectory()) await removeBelow(`${directory}/${entry.name}`);
  for (let tries = 1; ; tries++) {
    try {
      await rmdir(directory);
      return;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === "ENOENT") return;
      if (code !== "EBUSY" || tries >= REMOVE_TRIES) throw error;
      if (tries > 1) await killIn(directory);
      await sleep(REMOVE_PAUSE_MS);
    }
  }
}

/** A runtime that was interrupted in the midst of making a container leaves its first process behind. */
async function killIn(directory: string): Promise<void> {
  const text = await readFile(`${directory}/cgroup.procs`, "utf8").catch(() => "");
  for (const pid of text.split("\n").filter((line) => line !== "")) {
    try {
      process.kill(Number(pid), "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }
}

async function isUnified(): Promise<boolean> {
  return (await stat(`${ROOT}/cgroup.controllers`).catch(() => undefined)) !== undefined;
}

/** The hierarchies of the first version that limit something; `cpuacct` and the like are links or merely count. */
async function controllers(): Promise<readonly string[]> {
  const entries = await readdir(ROOT, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory() && entry.name !== "unified").map((entry) => entry.name);
}

function ignoreAbsent(error: unknown): void {
  const code = (error as NodeJS.ErrnoException).code;
  if (code !== "ENOENT" && code !== "EINVAL" && code !== "EBUSY") throw error;
}
