// Measures Wherry beside the real Kubernetes: `npm run bench`, or `npm run bench -- get list-pods --rounds 5`. See README.md.
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ensureBuilt } from "../tools/build.mjs";
import { buildReference, ReferenceError } from "../tools/reference/build.ts";
import type { ProgramName } from "../tools/reference/programs.ts";
import { alone, type Print } from "./alone/all.ts";
import { BenchError } from "./errors.ts";
import { remember } from "./history.ts";
import { machineLine, thisMachine } from "./machine.ts";
import { compare, type Compared, lines } from "./report.ts";
import { measureAll } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { scenarios } from "./scenarios.ts";
import { kubernetes, programsOf } from "./sides/kubernetes.ts";
import type { Side } from "./sides/side.ts";
import { wherry } from "./sides/wherry.ts";

const USAGE = `npm run bench -- [SCENARIO…] [--rounds N] [--without-reference] [--profile]

Beside Kubernetes: ${scenarios.map(({ name }) => name).join(", ")}
Wherry alone:      ${Object.keys(alone).join(", ")} (only when named)

--rounds N           turns of each side, 3 if not given; the middle one counts
--without-reference  measures Wherry alone
--with-kubelet       pods: on a node of the real Kubernetes, too
--profile            a CPU profile and a heap snapshot of Wherry's server for each scenario, in bench/profiles/`;

const print: Print = (line) => process.stdout.write(`${line}\n`);
/** What goes on, for people who wait; not part of the result. */
const progress: Print = (line) => process.stderr.write(`· ${line}\n`);

/** A terminal sends Ctrl-C to npm's whole group, and whoever started us passes it on: that is one request, not two. */
const SAME_REQUEST_MS = 1_000;

const interrupted = new AbortController();
let interruptedAtMs = Infinity;
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(name, () => {
    // Whoever asks a second time does not want to wait.
    if (performance.now() - interruptedAtMs > SAME_REQUEST_MS) process.exit(130);
    if (interrupted.signal.aborted) return;
    interruptedAtMs = performance.now();
    progress("Stopping: what the run started is taken down …");
    interrupted.abort(new BenchError(`stopped by ${name}; what was measured until then is above`));
  });
}

try {
  await bench(process.argv.slice(2));
  process.exit(0);
} catch (error) {
  const told = interrupted.signal.aborted ? (interrupted.signal.reason as Error) : error;
  const isPlain = told instanceof BenchError || told instanceof ReferenceError;
  process.stderr.write(`bench: ${isPlain ? told.message : (told as Error).stack}\n`);
  process.exit(interrupted.signal.aborted ? 130 : 1);
}

async function bench(argv: readonly string[]): Promise<void> {
  const given = parse(argv);
  if (given === undefined) return print(USAGE);
  const machine = thisMachine();
  print(machineLine(machine));
  const aloneOptions = { withKubelet: given.withKubelet, progress, signal: interrupted.signal };
  for (const name of given.alone) await (await alone[name]!()).run(print, aloneOptions);
  if (given.scenarios.length === 0) return;
  ensureBuilt();
  const sides: Side[] = [wherry];
  if (given.reference) sides.push(kubernetes(await built(given.scenarios)));
  print(`${" ".repeat(40)}${sides.map(({ name }) => name.padStart(16)).join("")}`);
  const outcomes = new Map<string, readonly Compared[]>();
  const profiles = given.profile ? join(import.meta.dirname, "profiles") : undefined;
  const { rounds } = given;
  const failed: string[] = [];
  try {
    const options = { scenarios: given.scenarios, sides, rounds, profiles, progress, signal: interrupted.signal };
    for await (const outcome of measureAll(options)) {
      if (outcome.failure !== undefined) {
        failed.push(outcome.scenario.name);
        progress(`${outcome.scenario.name} FAILED: ${outcome.failure.message}`);
      }
      if (outcome.readings.every((rounds) => rounds.length === 0)) continue;
      const compared = compare(outcome);
      outcomes.set(outcome.scenario.name, compared);
      for (const line of lines(outcome, compared)) print(line);
    }
  } finally {
    remember(machine, rounds, outcomes);
  }
  if (failed.length > 0) throw new BenchError(`not measured to the end: ${failed.join(", ")}`);
}

/** The reference's programs that these scenarios need. @throws {ReferenceError} where Go is missing or a build fails */
function built(chosen: readonly Scenario[]): Promise<Readonly<Partial<Record<ProgramName, string>>>> {
  const names = new Set(chosen.flatMap(({ needs }) => programsOf[needs.plane]));
  return buildReference([...names], { progress, signal: interrupted.signal });
}

interface Given {
  readonly scenarios: readonly Scenario[];
  readonly alone: readonly string[];
  readonly rounds: number;
  readonly reference: boolean;
  readonly profile: boolean;
  readonly withKubelet: boolean;
}

/** @returns undefined where only the usage is asked for. @throws {BenchError} for what cannot be understood */
function parse(argv: readonly string[]): Given | undefined {
  const { values, positionals } = parsed(argv);
  if (values.help === true) return undefined;
  const known = new Map(scenarios.map((scenario) => [scenario.name, scenario]));
  const unknown = positionals.filter((name) => !known.has(name) && !(name in alone));
  if (unknown.length > 0) throw new BenchError(`there is no scenario ${unknown.join(", ")}\n\n${USAGE}`);
  const rounds = Number(values.rounds ?? 3);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new BenchError(`--rounds is a number from 1 on, not "${values.rounds}"`);
  return {
    scenarios: positionals.length === 0 ? scenarios : scenarios.filter(({ name }) => positionals.includes(name)),
    alone: positionals.filter((name) => name in alone),
    rounds,
    reference: values["without-reference"] !== true,
    profile: values.profile === true,
    withKubelet: values["with-kubelet"] === true,
  };
}

function parsed(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        rounds: { type: "string" },
        "without-reference": { type: "boolean" },
        profile: { type: "boolean" },
        "with-kubelet": { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new BenchError(`${(error as Error).message}\n\n${USAGE}`);
  }
}
