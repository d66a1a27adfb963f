import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Running } from "../sides/side.ts";
import type { Door } from "./connection.ts";
import type { Job, Result } from "./jobs.ts";

/** What the generator tells: that all connections are open, then the result or why there is none. */
export type Told =
  | { readonly type: "begun" }
  | { readonly type: "done"; readonly result: Result }
  | { readonly type: "failed"; readonly why: string };

export interface Order {
  readonly job: Job;
  readonly door: Door;
}

export interface Measured extends Result {
  /** CPU of all the server's processes for one operation, in microseconds. */
  readonly cpuMicros: number;
}

/** The load generator: one process for both sides, outside of both. */
export interface Load extends Disposable {
  /** Carries out a job; the server's CPU counts from when all connections are open. */
  run(running: Running, job: Job): Promise<Measured>;
}

/** @param signal ends the job that runs, by ending the process. */
export function startLoad(signal: AbortSignal): Load {
  let child: ChildProcess | undefined;
  const end = () => {
    child?.kill("SIGKILL");
    child = undefined;
  };
  signal.addEventListener("abort", end, { once: true });
  return {
    async run(running, job) {
      signal.throwIfAborted();
      // In a session of its own: a terminal's Ctrl-C is for the run as a whole.
      child ??= fork(join(import.meta.dirname, "main.ts"), { detached: true });
      let before = 0;
      child.send({ job, door: running.door } satisfies Order);
      try {
        const result = await answerOf(child, () => (before = running.cpuMicros()));
        return { ...result, cpuMicros: (running.cpuMicros() - before) / Math.max(1, result.operations) };
      } catch (error) {
        // What the job left open would disturb the next one.
        end();
        throw error;
      }
    },
    [Symbol.dispose]() {
      signal.removeEventListener("abort", end);
      end();
    },
  };
}

function answerOf(child: ChildProcess, begun: () => void): Promise<Result> {
  return new Promise((resolve, reject) => {
    const ended = () => finish(() => reject(new Error("the load generator ended")));
    const told = (message: Told) => {
      if (message.type === "begun") begun();
      else if (message.type === "done") finish(() => resolve(message.result));
      else finish(() => reject(new Error(`the load generator: ${message.why}`)));
    };
    const finish = (tell: () => void) => {
      child.off("message", told).off("exit", ended);
      tell();
    };
    child.on("message", told).on("exit", ended);
  });
}
