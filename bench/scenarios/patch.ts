import type { Scenario } from "../scenario.ts";
import { ensurePods } from "./contents.ts";
import { readingsOf } from "./readings.ts";

const SECONDS = 4;
const PODS = 1_000;

export const patchStatus: Scenario = {
  name: "patch-status",
  what: "merge patch of a pod's status, 32 clients",
  needs: { plane: "api", state: "shared" },
  async measure(turn) {
    await ensurePods(turn);
    const ask = { what: "patch-status", pods: PODS } as const;
    const job = { type: "repeat", ask, connections: 32, until: { seconds: SECONDS } } as const;
    return readingsOf(await turn.profiled(() => turn.load.run(turn.running, job)));
  },
};
