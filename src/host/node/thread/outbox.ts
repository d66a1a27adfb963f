import type { MessagePort } from "node:worker_threads";

/** Sends what gathers in one turn of the loop as one message: each message costs more than what most of them say. */
export class Outbox<T> {
  readonly #port: MessagePort;
  #waiting: T[] = [];

  constructor(port: MessagePort) {
    this.#port = port;
  }

  add(item: T): void {
    if (this.#waiting.push(item) === 1) setImmediate(() => this.#send());
  }

  #send(): void {
    const items = this.#waiting;
    this.#waiting = [];
    this.#port.postMessage(items);
  }
}
