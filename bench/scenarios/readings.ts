import type { Measured } from "../load/load.ts";
import type { Reading } from "../scenario.ts";

/** What is told of a job of many operations. */
export function readingsOf({ operations, seconds, cpuMicros, medianMs, p99Ms }: Measured): readonly Reading[] {
  return [
    { what: "rate", value: operations / seconds, unit: "/s" },
    { what: "CPU each", value: cpuMicros, unit: "µs" },
    { what: "median", value: medianMs, unit: "ms" },
    { what: "99th percentile", value: p99Ms, unit: "ms" },
  ];
}

export function megabytes(what: string, bytes: number): Reading {
  return { what, value: bytes / 1024 / 1024, unit: "MB" };
}
