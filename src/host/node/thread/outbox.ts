import type { MessagePort, Transferable } from "node:worker_threads";

/** Sends what gathers in one turn of the loop as one message: each message costs more than what most of them say. */
export class Outbox<T> {
  readonly #port: MessagePort;
  #waiting: T[] = [];
  #given: Transferable[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  /** The newest item that was not sent yet: more may be added to it. */
  get last(): T | undefined {
    return this.#waiting.at(-1);
  }

  /** @param given memory that the other thread gets as its own, so that nothing is copied. */
  add(item: T, given?: Transferable): void {
    if (given !== undefined) this.#given.push(given);
    if (this.#waiting.push(item) === 1) setImmediate(() => this.#send());
  }

  #send(): void {
    const [items, given] = [this.#waiting, this.#given];
    this.#waiting = [];
    this.#given = [];
    this.#port.postMessage(items, given);
  }
}
