import { clientCertificate } from "../../src/cluster/client-certificate.ts";
import { placesOf } from "../../src/cluster/places.ts";
import { openPki, type PkiDirectory } from "../../src/host/node/pki/directory.ts";
import type { Door } from "../load/connection.ts";
import { openApi } from "./api.ts";
import { type BenchProcess, cpuMicrosOf, memoryBytesOf, treeOf } from "./process.ts";
import type { Running } from "./side.ts";

/** The certificates of one control plane, and ours among them. */
export function openAuthority(directory: string): PkiDirectory {
  return openPki(placesOf(directory).pki, () => Date.now());
}

/** An administrator's way in. */
export function doorOf(pki: PkiDirectory, port: number): Door {
  const { certificate, key } = clientCertificate(pki, "bench", "bench", ["system:masters"]);
  return { port, certificate, key };
}

export interface Started {
  readonly door: Door;
  readonly startedAtMs: number;
  /** In the order in which they were started; they end the other way around. */
  readonly processes: readonly BenchProcess[];
  readonly mainPid: () => number;
  readonly signal: AbortSignal;
}

const READY_PATIENCE_MS = 120_000;

/** Waits for the first good answer. Whatever fails until then, the processes are the caller's to end. */
export async function whenReady({ door, startedAtMs, processes, mainPid, signal }: Started): Promise<Running> {
  const api = openApi(door, signal, () => {
    for (const process of processes) process.check();
  });
  await api.until("/readyz", () => true, { everyMs: 10, patienceMs: READY_PATIENCE_MS });
  const readyMs = performance.now() - startedAtMs;
  const pids = () => processes.flatMap(({ name, pid }) => treeOf(pid).map((member) => ({ name, pid: member })));
  const sum = (of: (pid: number) => number) => pids().reduce((total, { pid }) => total + of(pid), 0);
  return {
    door,
    api,
    startedAtMs,
    readyMs,
    cpuMicros: () => sum(cpuMicrosOf),
    memoryBytes: () => sum(memoryBytesOf),
    memoryByProcess: () => Object.fromEntries(pids().map(({ name, pid }) => [`${name} ${pid}`, memoryBytesOf(pid)])),
    mainPid: mainPid(),
    async [Symbol.asyncDispose]() {
      api[Symbol.dispose]();
      for (const process of processes.toReversed()) await process[Symbol.asyncDispose]();
    },
  };
}
