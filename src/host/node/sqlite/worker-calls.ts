import { Worker } from "node:worker_threads";
import { StorageFailed } from "../../../store/engine.ts";
import type { Failure, Reply, Request, WorkerStart } from "./messages.ts";
import { siblingProgram } from "../sibling.ts";

interface Call {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
}

/** Requests to the database's thread and their replies. When the thread dies, all calls fail, those to come too. */
export class WorkerCalls {
  /** Resolves when the database is open. Rejects with {@link WorkerFailure} when it could not be opened. */
  readonly started: Promise<Reply>;
  /** Resolves when the thread is gone. */
  readonly ended: Promise<void>;
  /** Rejects when it goes without having been asked to. */
  readonly lost: Promise<never>;
  readonly #worker: Worker;
  readonly #calls = new Map<number, Call>();
  #lastId = 0;
  #death: unknown;
  #closing = false;
  #lose!: (why: unknown) => void;

  constructor(start: WorkerStart) {
    this.#worker = new Worker(siblingProgram(import.meta.url, "worker"), { workerData: start });
    this.lost = new Promise((_, reject) => (this.#lose = reject));
    // Whoever does not wait for it has its calls fail.
    this.lost.catch(() => {});
    this.started = new Promise((resolve, reject) => this.#calls.set(0, { resolve, reject }));
    this.#worker.on("message", (reply: Reply) => {
      const call = this.#calls.get(reply.id)!;
      this.#calls.delete(reply.id);
      if (reply.type === "failed") call.reject(new WorkerFailure(reply.failure));
      else call.resolve(reply);
    });
    this.#worker.on("error", (error) => this.#die(error));
    this.ended = new Promise((resolve) =>
      this.#worker.on("exit", () => {
        this.#die(new Error("its thread has ended"));
        resolve();
      }),
    );
  }

  call(request: Request, moved: ArrayBuffer[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#death !== undefined) {
        reject(this.#death);
        return;
      }
      const id = (this.#lastId += 1);
      this.#calls.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...request }, moved);
    });
  }

  /** Closes the database after the requests made so far, and ends the thread. */
  async close(): Promise<void> {
    this.#closing = true;
    if (this.#death === undefined) await this.call({ type: "close" }, []);
    await this.ended;
  }

  #die(cause: unknown): void {
    if (this.#death !== undefined) return;
    this.#death = new StorageFailed("the database has stopped", { cause });
    for (const { reject } of this.#calls.values()) reject(this.#death);
    this.#calls.clear();
    if (!this.#closing) this.#lose(this.#death);
  }
}

/** What went wrong in the thread. */
export class WorkerFailure extends Error {
  readonly failure: Failure;
  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}
