import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Difference } from "./compare.ts";

/** What a run has compared so far. */
export interface Tally {
  cases: number;
  steps: number;
  readonly differences: Difference[];
  /** Titles of the known differences that were met. */
  readonly met: Set<string>;
}

export function newTally(): Tally {
  return { cases: 0, steps: 0, differences: [], met: new Set() };
}

/** A difference as people read it: where, and the lines. @param most lines, and characters of each */
export function differenceText(
  { case: name, step, shown }: Difference,
  most?: { lines: number; width: number },
): string {
  if (most === undefined) return [`✗ ${name}: ${step}`, ...shown.map((line) => `    ${line}`)].join("\n");
  const cut = (line: string) => (line.length > most.width ? `${line.slice(0, most.width)}…` : line);
  const more = shown.length > most.lines ? [`    … ${shown.length - most.lines} more lines in the report`] : [];
  return [`✗ ${name}: ${step}`, ...shown.slice(0, most.lines).map((line) => `    ${cut(line)}`), ...more].join("\n");
}

/** Writes what was compared, whole or not, into the tree's cache. @returns the file's path */
export function writeReport({ cases, steps, differences, met }: Tally, whole: boolean): string {
  const directory = join(import.meta.dirname, "..", "..", ".cache", "differential");
  mkdirSync(directory, { recursive: true });
  const path = join(directory, "report.txt");
  const lines = [
    `${whole ? "" : "Called off before its end. "}${cases} cases, ${steps} steps, ${differences.length} unexplained differences.`,
    "`-` is what Kubernetes said, `+` what Wherry said.",
    ...[...met].map((title) => `known: ${title}`),
    "",
    ...differences.map((one) => `${differenceText(one)}\n`),
  ];
  writeFileSync(path, lines.join("\n"));
  return path;
}
