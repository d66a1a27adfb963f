import { setTimeout as sleep } from "node:timers/promises";
import type { Scenario } from "../scenario.ts";
import { megabytes } from "./readings.ts";

/** What starting has left to do is done by then. */
const SETTLE_MS = 15_000;
const MEASURED_MS = 60_000;

/** All loops, no nodes, nothing to do. */
export const idle: Scenario = {
  name: "idle",
  what: "a control plane at rest for a minute",
  needs: { plane: "whole", state: "fresh" },
  async measure({ running, signal, profiled }) {
    await sleep(SETTLE_MS, undefined, { signal });
    return profiled(async () => {
      const before = running.cpuMicros();
      await sleep(MEASURED_MS, undefined, { signal });
      return [
        { what: "CPU", value: (running.cpuMicros() - before) / MEASURED_MS / 10, unit: "% of a core" },
        megabytes("memory", running.memoryBytes()),
      ];
    });
  },
};
