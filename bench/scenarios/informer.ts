import { PODS } from "../load/objects.ts";
import type { FirstSyncJob } from "../load/jobs/first-sync.ts";
import type { Scenario } from "../scenario.ts";
import { ensurePods, POD_COUNT } from "./contents.ts";
import { readingsOf } from "./readings.ts";

const COUNT = 12;

function informer(by: FirstSyncJob["by"], how: string): Scenario {
  return {
    name: `informer-${by}`,
    what: `first sync of an informer on ${POD_COUNT.toLocaleString("en")} pods by ${how}`,
    needs: { plane: "api", state: "shared" },
    async measure(turn) {
      await ensurePods(turn);
      const job = { type: "first-sync", by, target: PODS, count: COUNT } as const;
      const [rate, cpu, median] = readingsOf(await turn.profiled(() => turn.load.run(turn.running, job)));
      return [rate!, cpu!, median!];
    },
  };
}

/** One after the other, each over a connection of its own. */
export const informers: readonly Scenario[] = [
  informer("list-watch", "LIST and WATCH"),
  informer("watch-list", "a watch that begins with everything"),
];
