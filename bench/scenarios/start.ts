import type { Scenario } from "../scenario.ts";
import { megabytes } from "./readings.ts";

/** From the command to the first good answer, with nothing on disk yet. */
export const start: Scenario = {
  name: "start",
  what: "start of a control plane, to its first answer",
  needs: { plane: "api", state: "fresh" },
  async measure({ running }) {
    return [
      { what: "ready", value: running.readyMs, unit: "ms" },
      { what: "CPU until then", value: running.cpuMicros() / 1_000, unit: "ms" },
      megabytes("memory then", running.memoryBytes()),
    ];
  },
};
