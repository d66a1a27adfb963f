import type { MessagePort } from "node:worker_threads";
import { type ApiResponse, BodyTooLarge, type Peer } from "../../../apiserver/http.ts";
import type { Asked, Told } from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** What is asked of another thread, which takes on trust who asks. */
export interface Order {
  readonly peer: Peer;
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** If it is being read by itself, it travels along where it is whole by the end of this turn of the loop. */
  readonly body: Uint8Array | Promise<Uint8Array> | undefined;
  /** Reads a body that was not begun. @throws {BodyTooLarge} */
  readonly readBody?: (limit: number) => Promise<Uint8Array>;
  /** Aborted when the answer should end. Asked for where the other thread wants to know, or the answer is a stream. */
  readonly signal?: () => AbortSignal;
}

/** What is under way to another thread of this process. */
export class PortCalls {
  readonly #calls = new Map<number, Call>();
  readonly #outbox: Outbox<Asked>;
  #lastId = 0;

  constructor(port: MessagePort) {
    this.#outbox = new Outbox(port);
    port.on("message", (told: readonly Told[]) => {
      for (const item of told) this.#calls.get(item.id)?.take(item);
    });
    port.on("close", () => {
      for (const call of this.#calls.values()) call.break(new Error("the API server's thread is gone"));
    });
  }

  ask(order: Order): Call {
    const id = (this.#lastId += 1);
    const call = new Call(id, order, this.#outbox, () => this.#calls.delete(id));
    this.#calls.set(id, call);
    const { peer, method, target, headers, body } = order;
    const asked = {
      type: "call" as const,
      id,
      peer,
      method,
      target,
      headers,
      body: undefined as Uint8Array | undefined,
    };
    if (body instanceof Promise) {
      body.then(
        (bytes) => (asked.body = bytes),
        // Told to whoever wants the body.
        () => {},
      );
    } else asked.body = body;
    this.#outbox.add(asked);
    return call;
  }
}

/** So much of a stream is read before it is told: a message for each piece would cost more than the piece. */
const TELL_BYTES = 64 * 1024;

/** A call under way, and its answer as it comes. */
export class Call {
  readonly answer: Promise<ApiResponse>;
  readonly #id: number;
  readonly #order: Order;
  readonly #outbox: Outbox<Asked>;
  readonly #forget: () => void;
  #resolve!: (answer: ApiResponse) => void;
  #reject!: (error: unknown) => void;
  #pieces: Uint8Array[] = [];
  #readBytes = 0;
  #wake: (() => void) | undefined;
  #stopTold = false;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(id: number, order: Order, outbox: Outbox<Asked>, forget: () => void) {
    this.#id = id;
    this.#order = order;
    this.#outbox = outbox;
    this.#forget = forget;
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  take(told: Told): void {
    switch (told.type) {
      case "answer":
        this.#end();
        return this.#resolve({ status: told.status, headers: told.headers, body: told.body });
      case "begin": {
        const { status, headers, compressible } = told;
        this.#tellStop();
        return this.#resolve({ status, headers, body: { type: "chunks", chunks: this.#steps(), compressible } });
      }
      case "pieces":
        for (const piece of told.pieces) this.#pieces.push(piece);
        return this.#wake?.();
      case "end":
        return this.#end();
      case "broken":
        return this.break(new Error(told.why));
      case "take-over":
        this.#end();
        return this.#resolve({
          status: told.status,
          headers: told.headers,
          body: { type: "upgrade", handler: told.handler },
        });
      case "want-body":
        return void this.#sendBody(told.limit);
      case "want-stop":
        return this.#tellStop();
    }
  }

  break(error: unknown): void {
    this.#failure ??= { error };
    this.#reject(error);
    this.#end();
  }

  cancel(reason: unknown): void {
    if (this.#ended) return;
    this.#outbox.add({ type: "cancel", id: this.#id });
    this.break(reason);
  }

  #tellStop(): void {
    if (this.#stopTold) return;
    this.#stopTold = true;
    const signal = this.#order.signal?.();
    const tell = () => {
      if (!this.#ended) this.#outbox.add({ type: "stop", id: this.#id });
    };
    if (signal?.aborted === true) tell();
    else signal?.addEventListener("abort", tell, { once: true });
  }

  async #sendBody(limit: number): Promise<void> {
    const id = this.#id;
    const { body, readBody } = this.#order;
    try {
      const bytes = (await (body ?? readBody?.(limit))) ?? NOTHING;
      if (bytes.length > limit) throw new BodyTooLarge(limit);
      this.#outbox.add({ type: "body", id, bytes });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#outbox.add({ type: "no-body", id, why, tooLarge: error instanceof BodyTooLarge });
    }
  }

  #end(): void {
    this.#ended = true;
    this.#forget();
    this.#wake?.();
  }

  async *#steps(): AsyncGenerator<readonly Uint8Array[]> {
    try {
      for (;;) {
        if (this.#pieces.length > 0) {
          const step = this.#pieces;
          this.#pieces = [];
          yield step;
          this.#tellRead(step);
        } else if (this.#failure !== undefined) throw this.#failure.error;
        else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    } finally {
      this.cancel(new Error("nobody reads the answer any more"));
    }
  }

  #tellRead(step: readonly Uint8Array[]): void {
    for (const { length } of step) this.#readBytes += length;
    if (this.#ended || this.#readBytes < TELL_BYTES) return;
    this.#outbox.add({ type: "read", id: this.#id, bytes: this.#readBytes });
    this.#readBytes = 0;
  }
}

const NOTHING = new Uint8Array(0);
