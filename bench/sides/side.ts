import type { Door } from "../load/connection.ts";
import type { Needs } from "../scenario.ts";
import type { Api } from "./api.ts";

/** One of the two that are compared: how it is started. */
export interface Side {
  readonly name: "Wherry" | "Kubernetes";
  /** Resolves once the API answers. @param directory an empty one, for all that it keeps */
  start(directory: string, needs: Needs, signal: AbortSignal): Promise<Running>;
}

/** A running control plane. Its end takes down all that belongs to it. */
export interface Running extends AsyncDisposable {
  readonly door: Door;
  readonly api: Api;
  /** When its first process was started, by `performance.now()`. */
  readonly startedAtMs: number;
  /** From its start to its first good answer. */
  readonly readyMs: number;
  /** CPU of all its processes so far, in microseconds; the kernel counts in hundredths of a second. */
  cpuMicros(): number;
  /** Memory of all its processes, in bytes; pages that processes share count once. */
  memoryBytes(): number;
  /** The same process by process, for whoever wants to know where it goes. */
  memoryByProcess(): Readonly<Record<string, number>>;
  /** The process that a profile is taken of. */
  readonly mainPid: number;
}
