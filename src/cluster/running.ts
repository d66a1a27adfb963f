import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive, lookUpProcess, type ProcessRecord } from "../host/node/containerd/process.ts";
import { replaceFile } from "../host/node/disk/whole-file.ts";
import { placesOf } from "./places.ts";

/** What `wherry up` leaves for `status`, `down` and a second `up`. */
export interface RunningRecord {
  readonly up: ProcessRecord;
  readonly url: string;
  readonly address: string;
  readonly nodeName: string | undefined;
  /** Where the control plane is elsewhere, and this machine is a node of it. */
  readonly joined?: boolean;
  readonly startedAtMs: number;
  readonly version: string;
}

export async function writeRunning(dataDirectory: string, record: Omit<RunningRecord, "up">): Promise<void> {
  const up = await lookUpProcess(process.pid);
  if (up === undefined) throw new Error("this process does not find itself in /proc");
  const { running } = placesOf(dataDirectory);
  mkdirSync(running, { recursive: true, mode: 0o700 });
  replaceFile(join(running, "up.json"), JSON.stringify({ ...record, up }));
}

/** What runs on a data directory; undefined where nothing does, also after a power cut. */
export async function readRunning(dataDirectory: string): Promise<RunningRecord | undefined> {
  try {
    const record = JSON.parse(readFileSync(join(placesOf(dataDirectory).running, "up.json"), "utf8")) as RunningRecord;
    return (await isAlive(record.up)) ? record : undefined;
  } catch {
    return undefined;
  }
}

export function forgetRunning(dataDirectory: string): void {
  rmSync(join(placesOf(dataDirectory).running, "up.json"), { force: true });
}
