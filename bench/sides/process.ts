import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readdirSync, readFileSync } from "node:fs";
import { BenchError } from "../errors.ts";

/** A program that the bench started, with all that it starts itself. */
export interface BenchProcess extends AsyncDisposable {
  readonly name: string;
  readonly pid: number;
  /** Throws once the program has ended by itself, with the last that it said. */
  check(): void;
}

export interface ProcessOptions {
  readonly name: string;
  readonly command: readonly string[];
  readonly logFile: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const STOP_PATIENCE_MS = 20_000;
const SHOWN_LINES = 5;

export function startProcess({ name, command, logFile, environment }: ProcessOptions): BenchProcess {
  const log = openSync(logFile, "a");
  const [program, ...args] = command as [string, ...string[]];
  // In a session of its own: a terminal's Ctrl-C is for the run, which then takes down everything in order.
  const child = spawn(program, args, {
    stdio: ["ignore", log, log],
    env: { ...process.env, ...environment },
    detached: true,
  });
  closeSync(log);
  let failure: Error | undefined;
  child.on("error", (error) => (failure = error));
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    name,
    pid: child.pid ?? 0,
    check() {
      if (failure !== undefined) throw new BenchError(`${name} does not start: ${failure.message}`);
      if (!hasEnded()) return;
      throw new BenchError(`${name} ended (${child.signalCode ?? child.exitCode}): ${lastLines(logFile)}`);
    },
    async [Symbol.asyncDispose]() {
      if (hasEnded() || child.pid === undefined) return;
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      const impatient = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
      await gone;
      clearTimeout(impatient);
    },
  };
}

function lastLines(file: string): string {
  return readFileSync(file, "utf8").trim().split("\n").slice(-SHOWN_LINES).join("\n  ");
}

/** The processes of a tree, its root among them, that are alive. */
export function treeOf(root: number): readonly number[] {
  const children = new Map<number, number[]>();
  for (const entry of readdirSync("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const parent = statOf(Number(entry))?.parent;
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(entry)]);
    else siblings.push(Number(entry));
  }
  const tree: number[] = [];
  for (const open = [root]; open.length > 0;) {
    const pid = open.pop()!;
    tree.push(pid);
    open.push(...(children.get(pid) ?? []));
  }
  return tree;
}

/** What a process has used of the processors, in microseconds. 0 for one that is gone. */
export function cpuMicrosOf(pid: number): number {
  return statOf(pid)?.cpuMicros ?? 0;
}

/** Its memory in bytes; of pages that it shares its share. 0 for one that is gone. */
export function memoryBytesOf(pid: number): number {
  try {
    const [, kilobytes] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))!;
    return Number(kilobytes) * 1024;
  } catch {
    return 0;
  }
}

const MICROS_PER_TICK = 10_000;

function statOf(pid: number): { readonly parent: number; readonly cpuMicros: number } | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The name, in parentheses, may hold anything.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return { parent: Number(fields[1]), cpuMicros: (Number(fields[11]) + Number(fields[12])) * MICROS_PER_TICK };
}
