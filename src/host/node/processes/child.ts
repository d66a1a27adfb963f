import { type ChildProcess, spawn } from "node:child_process";
import { openSync } from "node:fs";
import type { Log } from "../../../base/log.ts";

/** What a child process tells whoever started it. */
export type ChildMessage = { readonly type: "ready" } | { readonly type: "failed"; readonly why: string };

export interface ChildOptions {
  readonly name: string;
  /** The whole command. */
  readonly command: readonly string[];
  readonly logFile: string;
  readonly log: Log;
}

/** A process that is started again whenever it dies, until it is stopped. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  stop(): Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** One that ran for this long is not in a loop of crashes. */
const HEALTHY_AFTER_MS = 10_000;
const STOP_PATIENCE_MS = 10_000;

/** Starts the process and resolves once it says that it is ready. @throws with its own sentence when it fails to start. */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild> {
  const supervised = new Supervised(options);
  await supervised.start();
  return supervised;
}

class Supervised implements SupervisedChild {
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  start(): Promise<void> {
    const { command, logFile, name } = this.#options;
    const output = openSync(logFile, "a", 0o600);
    const [program, ...args] = command as [string, ...string[]];
    const child = spawn(program, args, { stdio: ["ignore", output, output, "ipc"], cwd: "/" });
    this.#child = child;
    const startedAtMs = Date.now();
    return new Promise((resolve, reject) => {
      child.once("error", reject);
      child.on("message", (message: ChildMessage) => {
        if (message.type === "ready") resolve();
        else reject(new Error(message.why));
      });
      child.once("exit", (code, signal) => {
        reject(new Error(`the ${name} process ended (${signal ?? code}); see ${logFile}`));
        this.#startAgain(Date.now() - startedAtMs);
      });
    });
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGTERM");
    const impatient = setTimeout(() => child.kill("SIGKILL"), STOP_PATIENCE_MS);
    await ended;
    clearTimeout(impatient);
  }

  #startAgain(ranMs: number): void {
    if (this.#stopping) return;
    const { name, log } = this.#options;
    this.#pauseMs = ranMs > HEALTHY_AFTER_MS ? FIRST_PAUSE_MS : Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    log.warn("a process died and is started again", { process: name, inMs: this.#pauseMs });
    setTimeout(() => {
      if (this.#stopping) return;
      this.start().catch((error: unknown) => log.error("a process did not start again", { process: name, error }));
    }, this.#pauseMs);
  }
}
