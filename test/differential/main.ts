// Kubernetes and Wherry, side by side: `npm run differential`. README.md tells what is compared, and how.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildReference } from "../../tools/reference/build.ts";
import { allCases, chosenCases } from "./cases.ts";
import type { Case } from "./define-case.ts";
import { fuzz } from "./fuzz.ts";
import { type Known, readKnown } from "./known.ts";
import { type Options, readOptions, USAGE } from "./options.ts";
import { newTally, type Tally, writeReport } from "./report.ts";
import { runCases } from "./run-cases.ts";
import type { Programs } from "./sides.ts";

const print = (line: string) => console.log(line);
const interrupted = new AbortController();
// They come twice: from the terminal, and passed on by tools/run.mjs.
process.on("SIGINT", () => interrupted.abort(new Error("Called off.")));
process.on("SIGTERM", () => interrupted.abort(new Error("Called off.")));
const tally = newTally();
try {
  process.exitCode = await main(readOptions(process.argv.slice(2)));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  if (error instanceof TypeError && "code" in error) console.error(USAGE);
  if (tally.cases > 0) print(`What was compared: ${writeReport(tally, false)}`);
  process.exitCode = interrupted.signal.aborted ? 130 : 2;
}

/** @returns the exit code */
async function main(options: Options): Promise<number> {
  if (options.help) {
    print(USAGE);
    return 0;
  }
  const cases = chosenCases(await allCases(), options.cases);
  if (options.list) {
    for (const { name, world, steps } of cases) print(`${name} (${world}, ${steps.length} steps)`);
    return 0;
  }
  const known = readKnown();
  const programs = await programsFor(options.fuzz === undefined ? cases : []);
  const directory = mkdtempSync(join(tmpdir(), "wherry-differential-"));
  try {
    const run = { directory, programs, known, tally, print, signal: interrupted.signal };
    if (options.fuzz === undefined) await runCases(cases, run);
    else await fuzz(options.fuzz.seed, options.fuzz.minutes, run);
  } finally {
    if (options.keep) print(`Logs and data of both sides: ${directory}`);
    else rmSync(directory, { recursive: true, force: true });
  }
  const whole = options.cases.length === 0 && options.fuzz === undefined;
  // What only the fuzzer meets is not missed here.
  const isAsked = ({ cases: where }: Known) => cases.some(({ name }) => where.test(name));
  const vanished = whole ? known.filter((each) => isAsked(each) && !tally.met.has(each.title)) : [];
  for (const { title } of vanished) print(`No longer different, to be taken out of known.md: ${title}`);
  return conclude(tally);
}

/** Builds what these cases need of the real Kubernetes. */
function programsFor(cases: readonly Case[]): Promise<Programs> {
  const names: (keyof Programs)[] = ["etcd", "kube-apiserver"];
  if (cases.some(({ steps }) => steps.some((step) => "kubectl" in step))) names.push("kubectl");
  if (cases.some(({ world }) => world !== "api")) names.push("kube-controller-manager", "kube-scheduler");
  return buildReference(names, { progress: print, signal: interrupted.signal }) as Promise<Programs>;
}

function conclude({ cases, steps, differences, met }: Tally): number {
  const steps_ = `${cases} cases, ${steps} steps`;
  print(
    `${steps_}: ${differences.length} unexplained differences, ${met.size} known ones. ${writeReport(tally, true)}`,
  );
  return differences.length === 0 ? 0 : 1;
}
