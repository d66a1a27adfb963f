import { createStreamLog } from "../src/host/node/log.ts";
import { findHostParts } from "../src/host/node/packages/find.ts";
import { runAgentProcess, runServerProcess } from "../src/cluster/processes.ts";
import { reset } from "../src/cluster/down.ts";
import { up, upDefaults } from "../src/cluster/up.ts";

/** What `up` tells the test that started it. */
export interface UpMessage {
  readonly address: string;
  readonly kubeconfig: string;
}

export interface EntryOptions {
  readonly dataDirectory: string;
  readonly nodeName: string;
}

// The program of the tests' clusters: the processes that `up` starts, and `up` and `reset` themselves, with options as JSON.
const [verb, options = "{}"] = process.argv.slice(2);
const log = createStreamLog(process.stderr, { format: "logfmt", level: "info", now: Date.now });
const ending = new AbortController();
if (verb === "server") await runServerProcess([options]);
else if (verb === "agent") await runAgentProcess([options]);
else if (verb === "reset") await reset((JSON.parse(options) as EntryOptions).dataDirectory, log, ending.signal);
else if (verb === "up") await runUp(JSON.parse(options) as EntryOptions);

async function runUp(own: EntryOptions): Promise<void> {
  const { parts } = await findHostParts();
  const self = [process.execPath, process.argv[1]!];
  const cluster = await up({ ...upDefaults, ...own, parts, self, log, signal: ending.signal }, () => {});
  const stop = () => void cluster.stop().then(() => process.exit(0));
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  process.once("disconnect", stop);
  const message: UpMessage = { address: cluster.address, kubeconfig: cluster.kubeconfig };
  process.send?.(message);
}
