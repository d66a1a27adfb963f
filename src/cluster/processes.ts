import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { createStreamLog } from "../host/node/log.ts";
import type { ChildMessage, ShutDownMessage } from "../host/node/processes/child.ts";
import type { AgentOptions } from "./agent.ts";
import type { ServerOptions } from "./server.ts";

/** The server process. @param argv one argument: its options as JSON. */
export function runServerProcess(argv: readonly string[]): Promise<void> {
  const options = JSON.parse(argv[0]!) as Omit<ServerOptions, "log">;
  // Loaded here and not above: each process holds only what it runs.
  return runProcess("server", async (log) => (await import("./server.ts")).startServer({ ...options, log }));
}

/** The agent process of one node. @param argv one argument: its options as JSON. */
export function runAgentProcess(argv: readonly string[]): Promise<void> {
  const options = JSON.parse(argv[0]!) as Omit<AgentOptions, "log">;
  return runProcess("agent", async (log) => (await import("./agent.ts")).startAgent({ ...options, log }));
}

interface Running extends AsyncDisposable {
  /** What runs in its background: a failure of it is the end of the process, which its supervisor starts again. */
  readonly tasks: TaskGroup;
  /** Ends all that the process is there for; what is left is to dispose it. */
  shutDown?(): Promise<void>;
}

async function runProcess(name: string, start: (log: Log) => Promise<Running>): Promise<void> {
  const log = createStreamLog(process.stderr, { format: "logfmt", level: "info", now: Date.now }).with({
    process: name,
  });
  let running: Running;
  const abandoned = () => process.exit(1);
  process.once("disconnect", abandoned);
  try {
    running = await start(log);
  } catch (error) {
    log.error("could not start", { error });
    tell({ type: "failed", why: error instanceof Error ? error.message : String(error) });
    process.exit(1);
  }
  running.tasks.done().catch((error: unknown) => {
    log.error("failed", { error });
    process.exit(1);
  });
  const stop = () => {
    void running[Symbol.asyncDispose]().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error("could not stop cleanly", { error });
        process.exit(1);
      },
    );
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, stop);
  process.on("message", ({ type }: ShutDownMessage) => {
    if (type !== "shut-down") return;
    void (running.shutDown?.() ?? Promise.resolve())
      .catch((error: unknown) => log.error("could not shut down in order", { error }))
      .then(stop);
  });
  // Whoever supervises is gone: nobody would start this process again, so it does not stay behind.
  process.off("disconnect", abandoned).once("disconnect", stop);
  tell({ type: "ready" });
}

function tell(message: ChildMessage): void {
  process.send?.(message);
}
