import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { ApiServer } from "../apiserver/server.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { siblingProgram } from "../host/node/sibling.ts";
import { servePort } from "../host/node/thread/serve-port.ts";

export interface SimulatedNodesThreadParts {
  readonly count: number;
  readonly server: ApiServer;
  readonly log: Log;
  readonly tasks: TaskGroup;
}

/**
 * Starts so many imagined nodes in a thread of their own, so that a thousand kubelets at work do not keep the API server from its
 * work. Resolves once all are registered. The thread's death is the group's failure.
 */
export async function startSimulatedNodesThread({
  count,
  server,
  log,
  tasks,
}: SimulatedNodesThreadParts): Promise<void> {
  const { port1: ours, port2: theirs } = new MessageChannel();
  servePort(ours, { handler: server.handle, log });
  const worker = new Worker(siblingProgram(import.meta.url, "simulated-nodes-worker"), {
    workerData: { count, port: theirs } satisfies SimulatedNodesWork,
    transferList: [theirs],
  });
  const dead = once(worker, "exit").then(() => {
    throw new Error("the thread of the simulated nodes has ended");
  });
  tasks.spawn(async (signal) => {
    const stop = () => void worker.terminate();
    signal.addEventListener("abort", stop, { once: true });
    await dead.finally(() => ours.close());
  });
  await Promise.race([once(worker, "message"), dead]);
}

/** What its thread is started with. */
export interface SimulatedNodesWork {
  readonly count: number;
  readonly port: MessagePort;
}
