import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";

/** Where and of what a run was: without it, figures say nothing. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
  /** What the machine was doing otherwise: the run queue's length over the last minute, before the run. */
  readonly load: number;
  /** The commit, with a + where the tree had changes. */
  readonly commit: string;
}

export function thisMachine(): Machine {
  return {
    date: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 1024 ** 3),
    kernel: release(),
    node: process.version,
    load: Number(loadavg()[0]!.toFixed(1)),
    commit: commit(),
  };
}

export function machineLine({ date, cpu, cores, memoryGb, kernel, node, load, commit: of }: Machine): string {
  return `${date}, ${cores} × ${cpu}, ${memoryGb} GB, Linux ${kernel}, Node ${node}, commit ${of}, load ${load}`;
}

/** A package that was not cloned has none. */
function commit(): string {
  try {
    const git = (...args: readonly string[]) =>
      execFileSync("git", args, { cwd: import.meta.dirname, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    return `${git("rev-parse", "--short", "HEAD").trim()}${git("status", "--porcelain").trim() === "" ? "" : "+"}`;
  } catch {
    return "unknown";
  }
}
