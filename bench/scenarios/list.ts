import { CONFIG_MAPS, PODS } from "../load/objects.ts";
import type { Ask } from "../load/jobs/repeat.ts";
import type { Scenario, Turn } from "../scenario.ts";
import { CONFIG_MAP_COUNT, ensureConfigMaps, ensurePods, POD_COUNT } from "./contents.ts";
import { megabytes, readingsOf } from "./readings.ts";

const SECONDS = 5;
const PAGE = 500;

/** The pods of a large cluster, as an informer asks for them: from memory, whole. */
export const listPods: Scenario = {
  name: "list-pods",
  what: `LIST of ${POD_COUNT.toLocaleString("en")} pods, 4 clients`,
  needs: { plane: "api", state: "shared" },
  async measure(turn) {
    await ensurePods(turn);
    return listed(turn, { what: "list", target: `${PODS}?resourceVersion=0` });
  },
};

/** Many small objects, page by page. */
export const listPages: Scenario = {
  name: "list-pages",
  what: `LIST of ${CONFIG_MAP_COUNT.toLocaleString("en")} config maps in pages of ${PAGE}, 4 clients; each is a page`,
  needs: { plane: "api", state: "shared" },
  async measure(turn) {
    await ensureConfigMaps(turn);
    return listed(turn, { what: "list-pages", target: CONFIG_MAPS, limit: PAGE });
  },
};

async function listed(turn: Turn, ask: Ask) {
  const job = { type: "repeat", ask, connections: 4, until: { seconds: SECONDS } } as const;
  return turn.profiled(async () => {
    const measured = await turn.load.run(turn.running, job);
    return [...readingsOf(measured), megabytes("memory after it", turn.running.memoryBytes())];
  });
}
