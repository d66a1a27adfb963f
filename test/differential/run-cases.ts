import { join } from "node:path";
import type { Case, World } from "./define-case.ts";
import { compare } from "./compare.ts";
import type { Known } from "./known.ts";
import { play } from "./play.ts";
import { differenceText, type Tally } from "./report.ts";
import { type Programs, type Side, startSides } from "./sides.ts";

export interface RunOptions {
  readonly directory: string;
  readonly programs: Programs;
  readonly known: readonly Known[];
  readonly tally: Tally;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

/** Cases of whole control planes wait most of the time; those of API servers alone keep the machine busy. */
const AT_ONCE: Readonly<Record<World, number>> = { api: 2, cluster: 10, nodes: 1 };

/** Plays cases on both sides, API servers alone first, and compares what came. */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<void> {
  const { directory, programs, print, signal } = options;
  for (const world of ["api", "cluster", "nodes"] as const) {
    const here = cases.filter((one) => one.world === world);
    if (here.length === 0) continue;
    print(world === "api" ? "Starting both API servers …" : "Starting both control planes, loops and schedulers too …");
    signal.throwIfAborted();
    await using sides = await startSides(join(directory, world), world, programs);
    const waiting = [...here];
    const worker = async () => {
      for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
        await runCase(one, sides.both, options);
      }
    };
    const work = Promise.all(Array.from({ length: AT_ONCE[world] }, worker));
    await Promise.race([work, aborted(signal)]);
  }
}

async function runCase(one: Case, both: readonly [Side, Side], options: RunOptions): Promise<void> {
  const from = performance.now();
  const [kubernetes, wherry] = await Promise.all(both.map((side) => play(one, side)));
  if (options.signal.aborted) return;
  const { differences, met } = compare(one.name, kubernetes!, wherry!, options.known);
  const { tally, print } = options;
  tally.cases += 1;
  tally.steps += kubernetes!.length;
  tally.differences.push(...differences);
  for (const title of met) tally.met.add(title);
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  print(`${differences.length === 0 ? "✓" : "✗"} ${one.name}: ${kubernetes!.length} steps, ${seconds} s`);
  for (const difference of differences) print(differenceText(difference, { lines: 40, width: 240 }));
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
}
