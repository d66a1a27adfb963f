import { parentPort, workerData } from "node:worker_threads";
import { createStreamLog } from "../log.ts";
import { remoteHandler } from "../thread/remote-handler.ts";
import type { FromListener, ListenerStart } from "./listeners.ts";
import { serve } from "./serve.ts";

/** A thread that listens: it speaks TLS and HTTP, and asks the API server's thread for answers. */
const { listen, shared, port } = workerData as ListenerStart;
const tell = (told: FromListener) => parentPort!.postMessage(told);
const log = createStreamLog(process.stderr, { format: "logfmt", level: "info", now: Date.now });
try {
  const server = await serve({
    ...listen,
    shared,
    handler: remoteHandler(port),
    log: log.with({ process: "server", component: "http" }),
  });
  parentPort!.once("message", () => void server.close().then(() => tell({ type: "closed" })));
  tell({ type: "listening", address: server.address });
} catch (error) {
  const { message, code } = error as NodeJS.ErrnoException;
  tell({ type: "refused", message, code });
}
