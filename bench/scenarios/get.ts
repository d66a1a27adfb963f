import type { Scenario } from "../scenario.ts";
import { ensurePods } from "./contents.ts";
import { readingsOf } from "./readings.ts";

const SECONDS = 4;

export const get: Scenario = {
  name: "get",
  what: "GET of one pod, 32 clients",
  needs: { plane: "api", state: "shared" },
  async measure(turn) {
    await ensurePods(turn);
    const job = { type: "repeat", ask: { what: "get-pod" }, connections: 32, until: { seconds: SECONDS } } as const;
    return readingsOf(await turn.profiled(() => turn.load.run(turn.running, job)));
  },
};
