import type { Random } from "./random.ts";

export interface BackoffLimits {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Up to this share is added by chance, so that many clients do not come back together. */
  readonly jitter: number;
}

/** The delay before attempt `failures` + 1: doubling, capped. @param failures how many attempts failed in a row, from 1. */
export function backoffMs(failures: number, limits: BackoffLimits, random: Random): number {
  const plain = Math.min(limits.longestMs, limits.firstMs * 2 ** Math.min(failures - 1, 30));
  return plain * (1 + limits.jitter * random.next());
}
