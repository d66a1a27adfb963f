import type { ApiServer } from "../apiserver/server.ts";
import type { Log } from "../base/log.ts";
import type { TaskGroup } from "../base/task-group.ts";
import { siblingProgram } from "../host/node/sibling.ts";
import { startAskingThread, type ThreadStart } from "../host/node/thread/asking-thread.ts";

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
  const program = siblingProgram(import.meta.url, "simulated-nodes-worker");
  const called = "the thread of the simulated nodes";
  const thread = startAskingThread<SimulatedNodesWork>(program, called, { count }, { handler: server.handle, log });
  tasks.spawn(async (signal) => {
    signal.addEventListener("abort", () => void thread.stop(), { once: true });
    await thread.ended;
  });
  await thread.told();
}

/** What its thread is started with. */
export interface SimulatedNodesWork extends ThreadStart {
  readonly count: number;
}
