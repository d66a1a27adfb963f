import type { Probe } from "../../api/generated/core-v1.ts";

/** A run of equal results. */
export interface ResultRun {
  readonly healthy: boolean;
  readonly length: number;
}

/** Counts a result; the verdict stands once a run is as long as its threshold. */
export function countResult(
  probe: Probe,
  before: ResultRun | undefined,
  healthy: boolean,
): { readonly run: ResultRun; readonly verdict: boolean | undefined } {
  const length = before?.healthy === healthy ? before.length + 1 : 1;
  const threshold = healthy ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3);
  return { run: { healthy, length }, verdict: length >= threshold ? healthy : undefined };
}
