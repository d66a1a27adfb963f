import { once } from "node:events";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { MessageChannel, type MessagePort, Worker } from "node:worker_threads";
import { siblingProgram } from "../sibling.ts";
import { servePort } from "../thread/serve-port.ts";
import type { HttpServer, ServeOptions, ServerTls } from "./serve.ts";

/** What a listener's thread is started with. */
export interface ListenerStart extends ListenerOptions {
  /** By which it asks this thread. */
  readonly port: MessagePort;
}

/** Beyond this the thread that answers has no time left for more. */
const MOST_LISTENERS = 4;

export interface ListenOptions extends Omit<ServeOptions, "tls"> {
  readonly tls: ServerTls;
  /** How many threads listen. Default: half as many as the machine has cores. */
  readonly threads?: number;
}

type ListenerOptions = {
  readonly listen: Pick<ListenOptions, "host" | "tls" | "graceMs"> & { readonly port: number };
  readonly shared: boolean;
};

/** What a listener's thread tells. What it is told is to close. */
export type FromListener =
  | { readonly type: "listening"; readonly address: HttpServer["address"] }
  | { readonly type: "refused"; readonly message: string; readonly code: string | undefined }
  | { readonly type: "closed" };

export interface Listeners extends Omit<HttpServer, "setTls"> {
  /** Resolves when the signal is aborted or the server is closed. @throws where a thread dies before that. */
  alive(signal: AbortSignal): Promise<void>;
}

/**
 * Serves as `serve` does, with TLS and HTTP in threads of their own: this one gets requests that were read, and gives answers to be
 * written. @throws what listening throws: `EADDRINUSE`.
 */
export async function serveByListeners(options: ListenOptions): Promise<Listeners> {
  const { threads = Math.min(MOST_LISTENERS, Math.max(1, availableParallelism() >> 1)) } = options;
  const shared = threads > 1;
  // Who shares an address with others of his user would not notice a stranger's program on it.
  if (shared) await refuseTakenPort(options.host, options.port);
  const first = await startListener(options, options.port, shared);
  const rest = Array.from({ length: threads - 1 }, () => startListener(options, first.address.port, shared));
  const all = [first, ...(await Promise.all(rest))];
  const ended = Promise.race(all.map(({ dead }) => dead));
  ended.catch(() => {});
  let closing = false;
  return {
    address: first.address,
    alive: (signal) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
        ended.catch((error: unknown) => (closing ? resolve() : reject(error)));
      }),
    close: async () => {
      closing = true;
      await Promise.all(all.map((listener) => listener.close()));
    },
  };
}

async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer().listen({ host, port, exclusive: true });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}

interface Listener {
  readonly address: HttpServer["address"];
  readonly dead: Promise<never>;
  close(): Promise<void>;
}

async function startListener(
  { handler, log, host, tls, graceMs }: ListenOptions,
  port: number,
  shared: boolean,
): Promise<Listener> {
  const { port1: ours, port2: theirs } = new MessageChannel();
  servePort(ours, { handler, log });
  const listen = { host, port, tls, ...(graceMs === undefined ? {} : { graceMs }) };
  const worker = new Worker(siblingProgram(import.meta.url, "listener-worker"), {
    workerData: { listen, shared, port: theirs } satisfies ListenerStart,
    transferList: [theirs],
  });
  const dead = once(worker, "exit").then((): never => {
    throw new Error("a thread that listens has ended");
  });
  dead.catch(() => {});
  const stop = async () => {
    await worker.terminate();
    ours.close();
  };
  const [told] = (await Promise.race([once(worker, "message"), dead])) as [FromListener];
  if (told.type !== "listening") {
    await stop();
    throw told.type === "refused" ? Object.assign(new Error(told.message), { code: told.code }) : new Error(told.type);
  }
  return {
    address: told.address,
    dead,
    close: async () => {
      worker.postMessage("close");
      await Promise.race([once(worker, "message"), dead]);
      await stop();
    },
  };
}
