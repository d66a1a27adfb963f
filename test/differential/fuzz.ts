import { join } from "node:path";
import fc from "fast-check";
import { compare, type Difference } from "./compare.ts";
import { defineCase, type HttpStep } from "./define-case.ts";
import { fuzzedSteps } from "./fuzz-steps.ts";
import { play } from "./play.ts";
import { differenceText } from "./report.ts";
import type { RunOptions } from "./run-cases.ts";
import { type Sides, startSides } from "./sides.ts";

/**
 * Makes cases, plays them on both sides until the time is over, and prints each new difference as the smallest case file that
 * still shows it. The same seed makes the same cases.
 */
export async function fuzz(seed: number, minutes: number, options: RunOptions): Promise<void> {
  const { directory, programs, print, signal } = options;
  const until = Date.now() + minutes * 60_000;
  print(`Starting both API servers; seed ${seed}, for ${minutes} minutes …`);
  await using sides = await startSides(join(directory, "fuzz"), "api", programs);
  const known = new Set<string>();
  for (let round = 0; Date.now() < until && !signal.aborted; round++) {
    const found = await search(seed + round, until - Date.now(), sides, known, options);
    if (found === undefined) break;
    for (const one of found.differences) known.add(signatureOf(one));
    options.tally.differences.push(...found.differences);
    print(found.differences.map((one) => differenceText(one, { lines: 40, width: 240 })).join("\n"));
    print(caseFile(`found-${seed + round}`, found.steps));
  }
}

interface Found {
  readonly steps: readonly HttpStep[];
  readonly differences: readonly Difference[];
}

/** @returns the first difference that was not found before, shrunk */
async function search(
  seed: number,
  milliseconds: number,
  sides: Sides,
  known: ReadonlySet<string>,
  options: RunOptions,
): Promise<Found | undefined> {
  let smallest: Found | undefined;
  const property = fc.asyncProperty(fuzzedSteps, async (steps) => {
    options.signal.throwIfAborted();
    const newOnes = async () => (await differ(steps, sides, options)).filter((one) => !known.has(signatureOf(one)));
    const differences = await newOnes();
    if (differences.length === 0) return true;
    // The time of an owner has seconds: whether a write that repeats one is a change, the clock decides on each side.
    if ((await newOnes()).length === 0) {
      options.print(`differed once, and not again: ${differences.map(({ step }) => step).join("; ")}`);
      return true;
    }
    // What is played last and still fails is the smallest so far.
    smallest = { steps, differences };
    return false;
  });
  await fc.check(property, {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: milliseconds,
    markInterruptAsFailure: false,
  });
  return smallest;
}

async function differ(
  steps: readonly HttpStep[],
  { both }: Sides,
  { tally, known }: RunOptions,
): Promise<readonly Difference[]> {
  const one = defineCase(`fuzz-${tally.cases++}`, "api", steps);
  const [kubernetes, wherry] = await Promise.all(both.map((side) => play(one, side)));
  tally.steps += steps.length;
  // A request that breaks Kubernetes' own server has no answer that could be compared.
  const answered = kubernetes!.map(({ lines }) => lines[0] !== "HTTP 0");
  const compared = [kubernetes!, wherry!].map((entries) => entries.filter((_, index) => answered[index]));
  const { differences, met } = compare(one.name, compared[0]!, compared[1]!, known);
  for (const title of met) tally.met.add(title);
  return differences;
}

/** Differences of one cause mostly show the same lines, whatever the object. */
function signatureOf({ shown }: Difference): string {
  const changed = shown.filter((line) => !line.startsWith(" "));
  return changed.map((line) => line.replaceAll(/fuzz-\d+/g, "").replaceAll(/\d+/g, "")).join("\n");
}

function caseFile(name: string, steps: readonly HttpStep[]): string {
  const lines = steps.map((step) => `  ${JSON.stringify(step)},`);
  return [
    `// cases/${name}.ts`,
    'import { defineCase } from "../define-case.ts";',
    "",
    `export default defineCase("${name}", "api", [`,
    ...lines,
    "]);",
    "",
  ].join("\n");
}
