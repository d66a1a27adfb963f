import { readFile, rm } from "node:fs/promises";
import { replaceFile } from "../disk/whole-file.ts";

/** A process told apart from a later one with the same number by when it began. */
export interface ProcessRecord {
  readonly pid: number;
  /** In clock ticks since the machine's boot, from field 22 of `/proc/PID/stat`. */
  readonly startTime: string;
}

/** The process with this number, if it lives (a zombie does not). */
export async function lookUpProcess(pid: number): Promise<ProcessRecord | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  // The name in parentheses may itself hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : { pid, startTime: fields[19]! };
}

export async function isAlive(record: ProcessRecord): Promise<boolean> {
  return (await lookUpProcess(record.pid))?.startTime === record.startTime;
}

/** The process that the file names, if that very process still runs. */
export async function readProcessFile(path: string): Promise<ProcessRecord | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  const match = text === undefined ? null : /^(\d+) (\d+)$/.exec(text.trim());
  if (match === null) return undefined;
  const record = { pid: Number(match[1]), startTime: match[2]! };
  return (await isAlive(record)) ? record : undefined;
}

export function writeProcessFile(path: string, { pid, startTime }: ProcessRecord): void {
  replaceFile(path, `${pid} ${startTime}\n`);
}

export async function removeProcessFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

/** Sends a signal, if that very process still runs. */
export async function signalProcess(record: ProcessRecord, signal: NodeJS.Signals): Promise<void> {
  if (!(await isAlive(record))) return;
  try {
    process.kill(record.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
