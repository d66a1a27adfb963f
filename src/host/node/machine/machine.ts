import { readFile, statfs } from "node:fs/promises";
import { arch, availableParallelism, release, totalmem } from "node:os";
import type { Machine, MachineFacts, MachineUsage } from "../../../kubelet/ports/machine.ts";
import { removeGroup, setGroup } from "./cgroups.ts";

/** The machine that this process runs on. @param diskPath where pods' files live */
export function nodeMachine(diskPath: string): Machine {
  return { facts: () => facts(diskPath), usage, setCgroup: setGroup, removeCgroup: removeGroup };
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

/** The kernel counts CPU time in hundredths of a second, for all programs alike. */
const TICK_NANOSECONDS = 10_000_000;

async function usage(): Promise<MachineUsage> {
  const [cpu = "", memory] = await Promise.all([text("/proc/stat"), text("/proc/meminfo")]);
  // user, nice, system, idle, iowait, irq, softirq, steal: idle and iowait are nobody's.
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (/^cpu +(.*)$/m.exec(cpu)?.[1] ?? "")
    .split(" ")
    .map(Number);
  const bytes = (name: string) => Number(new RegExp(`^${name}: +(\\d+) kB$`, "m").exec(memory)?.[1] ?? 0) * 1024;
  const total = bytes("MemTotal");
  const available = bytes("MemAvailable");
  return {
    cpuNanoseconds: (user + nice + system + irq + softirq + steal) * TICK_NANOSECONDS,
    memoryAvailableBytes: available,
    memoryUsageBytes: total - bytes("MemFree"),
    memoryWorkingSetBytes: total - available,
    memoryRssBytes: bytes("AnonPages"),
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
