import type { Scenario } from "../scenario.ts";
import { readingsOf } from "./readings.ts";

/**
 * How many are made by so many clients: as many as give some seconds of work. Of the last so many that only the first round
 * finds a server whose code the engine has still to compile, which takes it some twenty thousand requests.
 */
const COUNTS = [
  [1, 1_500],
  [16, 5_000],
  [128, 30_000],
] as const;

/** Acknowledged when they are on disk, on both sides. */
export const creates: readonly Scenario[] = COUNTS.map(([connections, count]) => ({
  name: `create-${connections}`,
  what: `durable create of a 1 kB config map, ${connections} client${connections === 1 ? "" : "s"}`,
  needs: { plane: "api", state: "shared" },
  async measure({ load, running, round, profiled }) {
    const ask = { what: "create-config-maps", prefix: `c-${connections}-${round}-` } as const;
    const job = { type: "repeat", ask, connections, until: { count } } as const;
    return readingsOf(await profiled(() => load.run(running, job)));
  },
}));
