import type { Scenario } from "../scenario.ts";
import { ensureDefaultAccount } from "./contents.ts";
import { megabytes, readingsOf } from "./readings.ts";

const SIZES = [
  [1_000, 5_000],
  [5_000, 10_000],
] as const;

/** Nodes are objects that nobody keeps: what is measured is the scheduler and the API server under it. */
export const binds: readonly Scenario[] = SIZES.map(([nodes, pods]) => ({
  name: `bind-${nodes}`,
  what: `create → bound, ${pods.toLocaleString("en")} pods on ${nodes.toLocaleString("en")} nodes, 64 clients`,
  needs: { plane: "scheduler", state: "fresh" },
  async measure(turn) {
    const { load, running } = turn;
    await ensureDefaultAccount(turn);
    const ask = { what: "create-nodes", prefix: "node-" } as const;
    await load.run(running, { type: "repeat", ask, connections: 16, until: { count: nodes } });
    const job = { type: "bind", pods, connections: 64, prefix: "pod-" } as const;
    return turn.profiled(async () => {
      const measured = await load.run(running, job);
      return [...readingsOf(measured), megabytes("memory after it", running.memoryBytes())];
    });
  },
}));
