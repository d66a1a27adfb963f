import type { Result } from "./jobs.ts";

/** @param latencies of all operations, in milliseconds. @param startedAtMs by `performance.now()` */
export function resultOf(latencies: readonly number[], startedAtMs: number, operations = latencies.length): Result {
  const seconds = (performance.now() - startedAtMs) / 1000;
  const sorted = latencies.toSorted((left, right) => left - right);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { operations, seconds, medianMs: at(0.5), p99Ms: at(0.99) };
}
