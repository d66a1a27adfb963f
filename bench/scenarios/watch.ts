import type { Scenario } from "../scenario.ts";
import { readingsOf } from "./readings.ts";

const FLOODS = [
  [100, 2_000],
  [1_000, 300],
] as const;

/** Sixteen writers change config maps of 1 kB as fast as they may; everyone who watches sees all of it. */
export const watches: readonly Scenario[] = FLOODS.map(([watchers, events]) => ({
  name: `watch-${watchers}`,
  what: `delivery of ${events.toLocaleString("en")} events of 1 kB to ${watchers.toLocaleString("en")} watchers`,
  needs: { plane: "api", state: "shared" },
  async measure({ load, running, round, profiled }) {
    const job = { type: "fan-out", watchers, events, group: `w-${watchers}-${round}` } as const;
    const [rate, cpu, median] = readingsOf(await profiled(() => load.run(running, job)));
    return [rate!, cpu!, { ...median!, what: "median of the writes" }];
  },
}));
