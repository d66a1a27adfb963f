import { appendFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import type { Compared } from "./report.ts";

const FILE = join(import.meta.dirname, "history.jsonl");

/** Adds a run's ratios to the history, so that a regression shows. A run without the reference has none. */
export function remember(machine: Machine, rounds: number, outcomes: ReadonlyMap<string, readonly Compared[]>): void {
  const ratios: Record<string, number> = {};
  for (const [scenario, compared] of outcomes) {
    for (const { what, ratio } of compared) {
      if (ratio !== undefined) ratios[`${scenario}: ${what}`] = Number(ratio.toFixed(2));
    }
  }
  if (Object.keys(ratios).length === 0) return;
  appendFileSync(FILE, `${JSON.stringify({ ...machine, rounds, ratios })}\n`);
}
