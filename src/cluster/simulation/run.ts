import { textHash } from "../../base/sha256.ts";
import type { Log } from "../../base/log.ts";
import { simulate } from "../testing.ts";
import { Chaos } from "./chaos.ts";
import { Invariants } from "./invariants.ts";
import { Workload } from "./workload.ts";

export interface SimulationRun {
  readonly seed: number;
  /** How long the faults go on, in virtual minutes. */
  readonly minutes: number;
  readonly nodes: number;
  readonly log?: Log;
}

export interface SimulationReport {
  /** Every change of the store, a line each; the same for the same seed. */
  readonly events: readonly string[];
  /** SHA-256 of the events. */
  readonly hash: string;
  /** What did not hold; empty when all is well. */
  readonly breaches: readonly string[];
}

const STEP_MS = 1_000;
/** Longer than the longest backoff of a container that crashed again and again. */
const MENDING_MS = 6 * 60_000;

/** Runs a cluster under faults that follow from the seed, then lets it mend, and tells what did not hold. */
export async function runSimulation({ seed, minutes, nodes, log }: SimulationRun): Promise<SimulationReport> {
  const invariants = new Invariants();
  const shared = log === undefined ? {} : { log };
  await using world = await simulate({ seed, nodes, onChange: invariants.note, ...shared });
  const workload = new Workload(world, invariants);
  const chaos = new Chaos(world);
  const random = world.random.stream("steps");
  for (const end = world.clock.now() + minutes * 60_000; world.clock.now() < end;) {
    await world.advance(STEP_MS * random.next());
    if (random.next() < 0.2) await workload.act();
    await chaos.act();
    invariants.check(world);
  }
  chaos.stop();
  await world.advance(MENDING_MS);
  try {
    await world.settle();
    await invariants.checkAtRest(world);
    await world.assertQuiet();
  } catch (error) {
    invariants.breaches.push(error instanceof Error ? error.message : String(error));
  }
  const { events } = world;
  return { events, hash: textHash(new TextEncoder().encode(events.join("\n"))), breaches: invariants.breaches };
}
