import { parentPort, workerData } from "node:worker_threads";
import { createStreamLog } from "../log.ts";
import { remoteHandler } from "../thread/remote-handler.ts";
import type { ListenerStart, Listening } from "./listeners.ts";
import { serve } from "./serve.ts";

/** A thread that listens: it speaks TLS and HTTP, and asks the API server's thread for answers. Once told so, it closes and ends. */
const { listen, shared, port } = workerData as ListenerStart;
const log = createStreamLog(process.stderr, { format: "logfmt", level: "info", now: Date.now });
const { address, close } = await serve({
  ...listen,
  shared,
  handler: remoteHandler(port),
  log: log.with({ process: "server", component: "http" }),
});
parentPort!.once("message", () => void close().then(() => process.exit()));
parentPort!.postMessage({ address } satisfies Listening);
