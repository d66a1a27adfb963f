import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Load, startLoad } from "./load/load.ts";
import { profileOf } from "./profile.ts";
import type { Needs, Reading, Scenario, Turn } from "./scenario.ts";
import type { Running, Side } from "./sides/side.ts";

export interface RunOptions {
  readonly scenarios: readonly Scenario[];
  /** Ours first. */
  readonly sides: readonly Side[];
  readonly rounds: number;
  /** Where profiles of ours go; none are taken without it. */
  readonly profiles: string | undefined;
  readonly progress: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What one scenario gave: for each side the readings of each round. */
export interface Outcome {
  readonly scenario: Scenario;
  readonly readings: readonly (readonly (readonly Reading[])[])[];
  /** Why there are no more readings. */
  readonly failure?: Error;
}

/**
 * Measures one scenario after another, the sides in turns: what disturbs the machine disturbs both. One that fails keeps the
 * others from nothing.
 */
export async function* measureAll(options: RunOptions): AsyncGenerator<Outcome> {
  const directory = await mkdtemp(join(tmpdir(), "wherry-bench-"));
  await using opened = new AsyncDisposableStack();
  opened.defer(() => rm(directory, { recursive: true, force: true }));
  const clusters = opened.use(new Clusters(directory, options.signal));
  const load = opened.use(startLoad(options.signal));
  for (const scenario of options.scenarios) {
    const readings = options.sides.map(() => [] as (readonly Reading[])[]);
    try {
      await measureRounds(scenario, readings, clusters, load, options);
      yield { scenario, readings };
    } catch (error) {
      await clusters.endAll();
      yield { scenario, readings, failure: error as Error };
      options.signal.throwIfAborted();
    }
  }
}

async function measureRounds(
  scenario: Scenario,
  readings: readonly (readonly Reading[])[][],
  clusters: Clusters,
  load: Load,
  options: RunOptions,
): Promise<void> {
  for (let round = 0; round < options.rounds; round++) {
    for (const [index, side] of options.sides.entries()) {
      options.progress(`${scenario.name}: ${side.name}, round ${round + 1} of ${options.rounds}`);
      const running = await clusters.take(side, scenario.needs);
      readings[index]!.push(await scenario.measure(turnOf(scenario, side, running, load, round, options)));
      await clusters.giveBack(side, scenario.needs);
    }
  }
}

function turnOf(
  { name }: Scenario,
  side: Side,
  running: Running,
  load: Load,
  round: number,
  { profiles, signal }: RunOptions,
): Turn {
  const isProfiled = profiles !== undefined && side.name === "Wherry" && round === 0;
  return {
    side: side.name,
    running,
    load,
    round,
    signal,
    profiled: (work) => (isProfiled ? profileOf(running.mainPid, join(profiles, name), work) : work()),
  };
}

/** The control planes that run now: one a side. One that others may share stays up for the next that needs the same. */
class Clusters implements AsyncDisposable {
  readonly #directory: string;
  readonly #signal: AbortSignal;
  readonly #up = new Map<Side, { readonly needs: string; readonly running: Running }>();
  #started = 0;

  constructor(directory: string, signal: AbortSignal) {
    this.#directory = directory;
    this.#signal = signal;
  }

  async take(side: Side, needs: Needs): Promise<Running> {
    this.#signal.throwIfAborted();
    const wanted = JSON.stringify(needs);
    const present = this.#up.get(side);
    if (present?.needs === wanted) return present.running;
    // A plane that is shared would use the processors while another kind is measured.
    for (const [other, { needs: served }] of this.#up) if (served !== wanted) await this.#end(other);
    const directory = join(this.#directory, `${side.name}-${this.#started++}`);
    const running = await side.start(directory, needs, this.#signal);
    this.#up.set(side, { needs: wanted, running });
    return running;
  }

  async giveBack(side: Side, { state }: Needs): Promise<void> {
    if (state === "fresh") await this.#end(side);
  }

  async endAll(): Promise<void> {
    for (const side of this.#up.keys()) await this.#end(side);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.endAll();
  }

  async #end(side: Side): Promise<void> {
    const present = this.#up.get(side);
    this.#up.delete(side);
    await present?.running[Symbol.asyncDispose]();
  }
}
