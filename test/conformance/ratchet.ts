import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SpecResult } from "./report.ts";

/** Specs that have passed twice in a row, a name a line: none of them may fail again. */
const PASSING = join(import.meta.dirname, "passing.txt");
/** The fixed short set. */
const SHORT = join(import.meta.dirname, "short.txt");

export interface Verdict {
  /** Stood in the ratchet, and failed. */
  readonly broken: readonly SpecResult[];
  /** Passed now and the time before, and stand in the ratchet from now on. */
  readonly added: readonly string[];
  /** How many stand in it now. */
  readonly standing: number;
}

/** The names of the short set. */
export function shortSet(): Promise<readonly string[]> {
  return namesIn(SHORT);
}

/**
 * Compares what came out with the ratchet, and moves it on.
 * @param memory a file that tells the next run what passed in this one
 */
export async function judge(results: readonly SpecResult[], memory: string): Promise<Verdict> {
  const standing = new Set(await namesIn(PASSING));
  const before = new Set(await namesIn(memory));
  const broken = results.filter(({ name, passed }) => !passed && standing.has(name));
  const passed = results.filter((result) => result.passed).map(({ name }) => name);
  const added = passed.filter((name) => before.has(name) && !standing.has(name));
  const ran = new Set(results.map(({ name }) => name));
  await writeNames(memory, [...[...before].filter((name) => !ran.has(name)), ...passed]);
  if (added.length > 0) await writeNames(PASSING, [...standing, ...added]);
  return { broken, added, standing: standing.size + added.length };
}

async function namesIn(path: string): Promise<readonly string[]> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

async function writeNames(path: string, names: readonly string[]): Promise<void> {
  await writeFile(path, `${names.toSorted().join("\n")}\n`);
}
