import { once } from "node:events";
import { createServer } from "node:net";
import { availableParallelism } from "node:os";
import { untilLost } from "../../../base/until-lost.ts";
import { siblingProgram } from "../sibling.ts";
import { startAskingThread, type ThreadStart } from "../thread/asking-thread.ts";
import type { HttpServer, ServeOptions, ServerTls } from "./serve.ts";

/** Beyond this the thread that answers has no time left for more. */
const MOST_LISTENERS = 4;

export interface ListenOptions extends Omit<ServeOptions, "tls"> {
  readonly tls: ServerTls;
  /** How many threads listen. Default: half as many as the machine has cores. */
  readonly threads?: number;
}

/** What a listener's thread is started with. */
export interface ListenerStart extends ThreadStart {
  readonly listen: Pick<ListenOptions, "host" | "port" | "tls" | "graceMs">;
  readonly shared: boolean;
}

/** What it tells once it listens. */
export type Listening = Pick<HttpServer, "address">;

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
  const all = await startListeners(options, threads);
  const ended = Promise.race(all.map((listener) => listener.ended));
  ended.catch(() => {});
  const closed = new AbortController();
  return {
    address: all[0].address,
    alive: (signal) => untilLost(ended, AbortSignal.any([signal, closed.signal])),
    close: async () => {
      closed.abort();
      await Promise.all(all.map((listener) => listener.close()));
    },
  };
}

/** Starts all of them or none: where one does not start, those that did are closed. */
async function startListeners(options: ListenOptions, threads: number): Promise<[Listener, ...Listener[]]> {
  const shared = threads > 1;
  // Who shares an address with others of his user would not notice a stranger's program on it.
  if (shared) await refuseTakenPort(options.host, options.port);
  await using started = new AsyncDisposableStack();
  const start = async (port: number) =>
    started.adopt(await startListener({ ...options, port }, shared), (listener) => listener.close());
  const first = await start(options.port);
  const rest = Array.from({ length: threads - 1 }, () => start(first.address.port));
  await Promise.allSettled(rest);
  const all: [Listener, ...Listener[]] = [first, ...(await Promise.all(rest))];
  started.move();
  return all;
}

async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer().listen({ host, port, exclusive: true });
  await once(probe, "listening");
  probe.close();
  await once(probe, "close");
}

interface Listener extends Listening {
  readonly ended: Promise<never>;
  close(): Promise<void>;
}

async function startListener(
  { handler, log, host, port, tls, graceMs }: ListenOptions,
  shared: boolean,
): Promise<Listener> {
  const program = siblingProgram(import.meta.url, "listener-worker");
  const listen = { host, port, tls, ...(graceMs === undefined ? {} : { graceMs }) };
  const thread = startAskingThread<ListenerStart>(
    program,
    "a thread that listens",
    { listen, shared },
    { handler, log },
  );
  const { address } = (await thread.told()) as Listening;
  return {
    address,
    ended: thread.ended,
    close() {
      thread.tell("close");
      return thread.ended.catch(() => {});
    },
  };
}
