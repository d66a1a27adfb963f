import type { MessagePort } from "node:worker_threads";
import type { User } from "../../../apiserver/auth/user.ts";
import type { HttpAnswer, HttpCall, HttpCarrier } from "../../../client/http-transport.ts";
import type { Asked, Told } from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** Carries calls to an API server in another thread of this process, which takes the users' names on trust. */
export function portCarriers(port: MessagePort): (user: User) => HttpCarrier {
  const calls = new Map<number, Call>();
  const outbox = new Outbox<Asked>(port);
  let lastId = 0;
  port.on("message", (told: readonly Told[]) => {
    for (const piece of told) calls.get(piece.id)?.take(piece);
  });
  port.on("close", () => {
    for (const call of calls.values()) call.break(new Error("the API server's thread is gone"));
  });
  return ({ name, groups }) => {
    const user = { name, groups };
    return {
      send({ method, target, headers, body, signal }) {
        signal.throwIfAborted();
        const id = (lastId += 1);
        const call = new Call(id, signal, outbox, () => calls.delete(id));
        calls.set(id, call);
        outbox.add({ type: "call", id, user, method, target, headers, body });
        return call.answer;
      },
    };
  };
}

/** A call under way, and its answer as it comes. */
class Call {
  readonly answer: Promise<HttpAnswer>;
  readonly #id: number;
  readonly #signal: HttpCall["signal"];
  readonly #outbox: Outbox<Asked>;
  readonly #forget: () => void;
  readonly #pieces: Uint8Array[] = [];
  readonly #onAbort = () => this.#cancel(this.#signal.reason);
  #resolve!: (answer: HttpAnswer) => void;
  #reject!: (error: unknown) => void;
  #wake: (() => void) | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(id: number, signal: HttpCall["signal"], outbox: Outbox<Asked>, forget: () => void) {
    this.#id = id;
    this.#signal = signal;
    this.#outbox = outbox;
    this.#forget = forget;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    signal.addEventListener("abort", this.#onAbort, { once: true });
  }

  take(told: Told): void {
    switch (told.type) {
      case "answer":
        this.#pieces.push(told.body);
        this.#resolve({ status: told.status, headers: {}, body: this.#body() });
        return this.#end();
      case "begin":
        return this.#resolve({ status: told.status, headers: {}, body: this.#body() });
      case "piece":
        this.#pieces.push(told.bytes);
        return this.#wake?.();
      case "end":
        return this.#end();
      case "broken":
        return this.break(new Error(told.why));
    }
  }

  break(error: unknown): void {
    this.#failure = { error };
    this.#reject(error);
    this.#end();
  }

  #cancel(reason: unknown): void {
    this.#outbox.add({ type: "cancel", id: this.#id });
    this.break(reason);
  }

  #end(): void {
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#onAbort);
    this.#forget();
    this.#wake?.();
  }

  async *#body(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const bytes = this.#pieces.shift();
        if (bytes !== undefined) {
          yield bytes;
          if (!this.#ended) this.#outbox.add({ type: "read", id: this.#id, bytes: bytes.length });
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      if (!this.#ended) this.#cancel(new Error("nobody reads the answer any more"));
    }
  }
}
