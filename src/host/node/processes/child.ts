import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Log } from "../../../base/log.ts";

/** What a child process tells whoever started it. */
export type ChildMessage = { readonly type: "ready" } | { readonly type: "failed"; readonly why: string };

/** What it is told: to bring to an end all that it is there for, and then itself. */
export interface ShutDownMessage {
  readonly type: "shut-down";
}

export interface ChildOptions {
  readonly name: string;
  /** Gives the whole command, at each start. */
  readonly command: () => Promise<readonly string[]>;
  readonly logFile: string;
  readonly log: Log;
}

/** A process that is started again whenever it dies, until it is stopped. */
export interface SupervisedChild {
  readonly pid: number | undefined;
  /** Tells it to end, by closing the channel to it, and waits until it has. */
  stop(): Promise<void>;
  /** Tells it to end all that it runs, and waits until it has, or until its time is over. */
  shutDown(patienceMs: number): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** One that was ready for this long is not in a loop of crashes. */
const HEALTHY_AFTER_MS = 500;
const STOP_PATIENCE_MS = 10_000;

/** Starts the process and resolves once it says that it is ready. @throws with its own sentence when it fails to start. */
export async function superviseChild(options: ChildOptions): Promise<SupervisedChild> {
  const supervised = new Supervised(options);
  try {
    await supervised.start();
  } catch (error) {
    // One that never was ready is not started again: whoever asked for it is told why.
    await supervised.stop();
    throw error;
  }
  return supervised;
}

class Supervised implements SupervisedChild {
  readonly #options: ChildOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  /** What never was ready is not tried again: whoever asked for it is told. */
  #works = false;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  async start(): Promise<void> {
    const { command, logFile, name } = this.#options;
    const [program, ...args] = (await command().catch((error: unknown) => {
      this.#startAgain(-1);
      throw error;
    })) as [string, ...string[]];
    if (this.#stopping) return;
    const output = openSync(logFile, "a", 0o600);
    // In a session of its own: a terminal's Ctrl-C is for the supervisor, which then stops its children in order.
    const child = spawn(program, args, { stdio: ["ignore", output, output, "ipc"], cwd: "/", detached: true });
    closeSync(output);
    this.#child = child;
    let readyAtMs = Infinity;
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.on("message", (message: ChildMessage) => {
        if (message.type === "failed") {
          reject(new Error(message.why));
          return;
        }
        readyAtMs = Date.now();
        this.#works = true;
        resolve();
      });
      child.once("exit", (code, signal) => {
        reject(new Error(`the ${name} process ended (${signal ?? code}); see ${logFile}`));
        this.#startAgain(Date.now() - readyAtMs);
      });
    });
  }

  stop(): Promise<void> {
    return this.#end((child) => (child.connected ? child.disconnect() : child.kill("SIGTERM")));
  }

  shutDown(patienceMs: number): Promise<void> {
    const message: ShutDownMessage = { type: "shut-down" };
    return this.#end((child) => (child.connected ? child.send(message) : child.kill("SIGTERM")), patienceMs);
  }

  kill(): Promise<void> {
    return this.#end((child) => child.kill("SIGKILL"));
  }

  async #end(tell: (child: ChildProcess) => unknown, patienceMs = STOP_PATIENCE_MS): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    tell(child);
    const impatient = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await ended;
    clearTimeout(impatient);
  }

  /** @param readyMs for how long it was ready; negative if it never was */
  #startAgain(readyMs: number): void {
    if (this.#stopping || !this.#works) return;
    const { name, log } = this.#options;
    this.#pauseMs = readyMs > HEALTHY_AFTER_MS ? FIRST_PAUSE_MS : Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    log.warn("a process died and is started again", { process: name, inMs: this.#pauseMs });
    setTimeout(() => {
      if (this.#stopping) return;
      this.start().catch((error: unknown) => log.error("a process did not start again", { process: name, error }));
    }, this.#pauseMs);
  }
}
