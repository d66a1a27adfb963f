import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../../src/host/node/machine/testing.ts";
import { doorOf, openAuthority, whenReady } from "./plane.ts";
import { startProcess, treeOf } from "./process.ts";
import type { Side } from "./side.ts";

const WHERRY = fileURLToPath(new URL("../../dist/src/bin/wherry.mjs", import.meta.url));

/** Ours, built and as people run it: `wherry up`, whose server process holds loops and scheduler, needed or not. */
export const wherry: Side = {
  name: "Wherry",
  async start(directory, { nodes = 0 }, signal) {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const port = await freePort();
    const door = doorOf(openAuthority(directory), port);
    const startedAtMs = performance.now();
    const options = ["--data-dir", directory, "--port", String(port), "--no-node", "--simulate", String(nodes)];
    const started = startProcess({
      name: "wherry",
      command: [process.execPath, WHERRY, "up", ...options],
      logFile: join(directory, "bench.log"),
    });
    try {
      // The server is the only child here.
      const mainPid = () => treeOf(started.pid)[1] ?? started.pid;
      return await whenReady({ door, startedAtMs, processes: [started], mainPid, signal });
    } catch (error) {
      await started[Symbol.asyncDispose]();
      throw error;
    }
  },
};
