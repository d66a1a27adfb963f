import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, release, totalmem } from "node:os";
import type { Machine, MachineFacts } from "../../../kubelet/ports/machine.ts";
import { removeGroup, setGroup } from "./cgroups.ts";

/** The machine that this process runs on. @param diskPath where pods' files live */
export function nodeMachine(diskPath: string): Machine {
  return { facts: () => facts(diskPath), setCgroup: setGroup, removeCgroup: removeGroup };
}

const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: "amd64",
  arm64: "arm64",
  ia32: "386",
  ppc64: "ppc64le",
  s390x: "s390x",
};

async function facts(diskPath: string): Promise<MachineFacts> {
  const machineId = await firstOf(["/etc/machine-id", "/var/lib/dbus/machine-id"]);
  const { blocks, bsize } = await statfs(diskPath);
  const swap = /^SwapTotal:\s+(\d+) kB$/m.exec(await text("/proc/meminfo"));
  const name = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(await text("/etc/os-release"));
  return {
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    ephemeralStorageBytes: blocks * bsize,
    machineId,
    systemUuid: (await firstOf(["/sys/class/dmi/id/product_uuid", "/etc/machine-id"])).toLowerCase(),
    bootId: await text("/proc/sys/kernel/random/boot_id"),
    kernelVersion: release(),
    osImage: name?.[1] ?? "Linux",
    operatingSystem: "linux",
    architecture: ARCHITECTURES[arch()] ?? arch(),
    swapBytes: Number(swap?.[1] ?? 0) * 1024,
  };
}

async function firstOf(paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const found = await text(path);
    if (found !== "") return found;
  }
  return "";
}

async function text(path: string): Promise<string> {
  return (await readFile(path, "utf8").catch(() => "")).trim();
}
