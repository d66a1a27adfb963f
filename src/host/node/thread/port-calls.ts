import type { MessagePort } from "node:worker_threads";
import { type ApiResponse, BodyTooLarge, type Peer } from "../../../apiserver/http.ts";
import type { Asked, Told } from "./messages.ts";
import { Outbox } from "./outbox.ts";
import { PieceStream } from "./piece-stream.ts";

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
      for (const item of told) {
        if (item.type === "piece") for (const id of item.ids) this.#calls.get(id)?.add(item.piece);
        else this.#calls.get(item.id)?.take(item);
      }
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

/** A call under way, and its answer as it comes. */
export class Call {
  readonly answer: Promise<ApiResponse>;
  readonly #id: number;
  readonly #order: Order;
  readonly #outbox: Outbox<Asked>;
  readonly #forget: () => void;
  #resolve!: (answer: ApiResponse) => void;
  #reject!: (error: unknown) => void;
  #stream: PieceStream | undefined;
  #stopTold = false;
  #ended = false;

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

  take(told: Exclude<Told, { type: "piece" }>): void {
    switch (told.type) {
      case "answer":
        this.#end();
        return this.#resolve({ status: told.status, headers: told.headers, body: told.body });
      case "begin": {
        const { status, headers, compressible, live } = told;
        this.#tellStop();
        const chunks = (this.#stream = new PieceStream({
          read: (bytes) => this.#outbox.add({ type: "read", id: this.#id, bytes }),
          left: () => this.cancel(new Error("nobody reads the answer any more")),
        }));
        return this.#resolve({ status, headers, body: { type: "chunks", chunks, compressible, live } });
      }
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

  /** More of a stream. */
  add(piece: Uint8Array): void {
    this.#stream?.add(piece);
  }

  break(error: unknown): void {
    this.#reject(error);
    this.#end({ error });
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

  #end(failure?: { readonly error: unknown }): void {
    this.#ended = true;
    this.#forget();
    this.#stream?.end(failure);
  }
}

const NOTHING = new Uint8Array(0);
