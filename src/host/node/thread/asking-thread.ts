import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { type PortService, servePort } from "./serve-port.ts";

/** What a thread is started with, beside its own work. */
export interface ThreadStart {
  /** By which it asks this thread. */
  readonly port: MessagePort;
}

/** A thread that asks this one. */
export interface AskingThread {
  /** Rejects once the thread is gone: with what it failed of, or saying that it ended. Never resolves. */
  readonly ended: Promise<never>;
  /** What it tells next. @throws where it ends before that. */
  told(): Promise<unknown>;
  tell(message: string): void;
  /** Ends it at once. Resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts a thread and answers what it asks.
 * @param program the file that it runs
 * @param called what it is called when it ends
 * @param work its start, all but the port
 */
export function startAskingThread<Start extends ThreadStart>(
  program: string,
  called: string,
  work: Omit<Start, keyof ThreadStart>,
  service: PortService,
): AskingThread {
  const { port1: ours, port2: theirs } = new MessageChannel();
  servePort(ours, service);
  const worker = new Worker(program, { workerData: { ...work, port: theirs }, transferList: [theirs] });
  const ended = once(worker, "exit").then((): never => {
    throw new Error(`${called} has ended`);
  });
  ended.catch(() => {});
  return {
    ended,
    told: () => Promise.race([once(worker, "message").then(([told]) => told as unknown), ended]),
    tell: (message) => worker.postMessage(message),
    async stop() {
      await worker.terminate();
    },
  };
}
