import type { MessagePort } from "node:worker_threads";
import { type ApiResponse, BodyTooLarge, type ChunkedBody } from "../../../apiserver/http.ts";
import { ask, isLive, type Service } from "../http/exchange.ts";
import { makeRequest } from "../http/request.ts";
import type { Asked, Told } from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** So many bytes of one answer are under way at most: a thread that reads slowly holds its own streams back. */
const WINDOW_BYTES = 1024 * 1024;
/** The pieces of an answer that is made at once are joined into blocks of at least this. */
const BLOCK_BYTES = 128 * 1024;

export type PortService = Pick<Service, "handler" | "log">;

/** Answers what another thread asks. The thread is part of this process: it is believed who its callers are. */
export function servePort(port: MessagePort, service: PortService): void {
  const exchanges = new Map<number, Exchange>();
  const deliveries = new Deliveries(new Outbox<Told>(port));
  const begin = (call: Call): void => {
    const exchange = new Exchange(call, deliveries);
    exchanges.set(call.id, exchange);
    void exchange.run(service).finally(() => exchanges.delete(call.id));
  };
  port.on("message", (asked: readonly Asked[]) => {
    for (const item of asked) {
      if (item.type === "call") begin(item);
      else exchanges.get(item.id)?.take(item);
    }
  });
  port.on("close", () => {
    for (const exchange of exchanges.values()) exchange.cancel();
  });
}

type Call = Extract<Asked, { type: "call" }>;

class Exchange {
  readonly #call: Call;
  readonly #deliveries: Deliveries;
  readonly #outbox: Outbox<Told>;
  #unread = 0;
  #roomAgain: (() => void) | undefined;
  #stopped = false;
  #cancelled = false;
  #onStop: (() => void) | undefined;
  #body: PromiseWithResolvers<Uint8Array> | undefined;
  #bodyLimit = 0;

  constructor(call: Call, deliveries: Deliveries) {
    this.#call = call;
    this.#deliveries = deliveries;
    this.#outbox = deliveries.outbox;
  }

  take(asked: Exclude<Asked, Call>): void {
    switch (asked.type) {
      case "body":
        return this.#body?.resolve(asked.bytes);
      case "no-body":
        return this.#body?.reject(asked.tooLarge ? new BodyTooLarge(this.#bodyLimit) : new Error(asked.why));
      case "read":
        this.#unread -= asked.bytes;
        if (this.#unread < WINDOW_BYTES) this.#roomAgain?.();
        return;
      case "stop":
        return this.#stop();
      case "cancel":
        return this.cancel();
    }
  }

  #stop(): void {
    this.#stopped = true;
    this.#onStop?.();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#stop();
    this.#roomAgain?.();
    this.#body?.reject(new Error("the client went away while its request was read"));
  }

  async run(service: PortService): Promise<void> {
    const { id, method, target, headers, peer } = this.#call;
    const request = makeRequest({
      method,
      url: target,
      headers,
      peer,
      body: (limit) => this.#readBody(limit),
      onGone: (listener) => {
        if (this.#stopped) return listener();
        this.#onStop = listener;
        this.#outbox.add({ type: "want-stop", id });
      },
    });
    const response = await ask(request, service);
    try {
      await this.#send(response);
    } catch (error) {
      if (this.#cancelled) return;
      service.log.error("response broken off", { method, target, error });
      this.#outbox.add({ type: "broken", id, why: error instanceof Error ? error.message : String(error) });
    }
  }

  #readBody(limit: number): Promise<Uint8Array> {
    const { id, body } = this.#call;
    if (body !== undefined)
      return body.length > limit ? Promise.reject(new BodyTooLarge(limit)) : Promise.resolve(body);
    this.#body = Promise.withResolvers();
    this.#bodyLimit = limit;
    if (this.#cancelled) this.cancel();
    else this.#outbox.add({ type: "want-body", id, limit });
    return this.#body.promise;
  }

  #send({ status, headers, body }: ApiResponse): Promise<void> | void {
    const { id } = this.#call;
    if (body === undefined) return this.#outbox.add({ type: "answer", id, status, headers, body });
    if (body instanceof Uint8Array) {
      return this.#outbox.add({ type: "answer", id, status, headers, body: alone(body) });
    }
    if (body.type === "upgrade") {
      const { handler } = body;
      if (handler.type === "relay" || handler.type === "tunnel") {
        return this.#outbox.add({ type: "take-over", id, status, headers, handler });
      }
      throw new Error(`a ${handler.type} session stays in the thread that it was made in`);
    }
    const kind = { compressible: body.compressible === true, live: isLive(body) };
    this.#outbox.add({ type: "begin", id, status, headers, ...kind });
    return this.#stream(body.chunks);
  }

  async #stream(chunks: ChunkedBody["chunks"]): Promise<void> {
    const { id } = this.#call;
    if (Symbol.asyncIterator in chunks) {
      for await (const step of chunks) {
        this.#unread += this.#deliveries.add(id, step);
        await this.#room();
        if (this.#cancelled) return;
      }
    } else {
      for (const block of blocksOf(chunks)) {
        this.#unread += block.length;
        this.#outbox.add({ type: "piece", ids: [id], piece: block }, block.buffer);
        await this.#room();
        if (this.#cancelled) return;
      }
    }
    this.#outbox.add({ type: "end", id });
  }

  async #room(): Promise<void> {
    while (this.#unread >= WINDOW_BYTES && !this.#cancelled) {
      await new Promise<void>((resolve) => (this.#roomAgain = resolve));
    }
  }
}

/** What goes to many is joined once, and goes to all of them as one item. */
class Deliveries {
  readonly outbox: Outbox<Told>;
  #step: readonly Uint8Array[] = [];
  #piece: Uint8Array = NOTHING;

  constructor(outbox: Outbox<Told>) {
    this.outbox = outbox;
  }

  /** Returns how many bytes these are. */
  add(id: number, step: readonly Uint8Array[]): number {
    const piece = this.#joined(step);
    const { last } = this.outbox;
    if (last?.type === "piece" && last.piece === piece) last.ids.push(id);
    else this.outbox.add({ type: "piece", ids: [id], piece });
    return piece.length;
  }

  /** Those who watch the same get the same events one after another. */
  #joined(step: readonly Uint8Array[]): Uint8Array {
    const known = this.#step;
    if (step.length === known.length && step.every((piece, index) => piece === known[index])) return this.#piece;
    this.#step = step;
    this.#piece = step.length === 1 ? alone(step[0]!) : joined(step);
    return this.#piece;
  }
}

const NOTHING = new Uint8Array(0);

/** The same bytes in memory that holds nothing else: with a view, all of what it looks at would be copied to the other thread. */
function alone(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}

/** Joins small pieces: each would be a copy by itself otherwise. */
function* blocksOf(steps: Iterable<readonly Uint8Array[]>): Generator<Uint8Array<ArrayBuffer>> {
  let pieces: Uint8Array[] = [];
  let bytes = 0;
  for (const step of steps) {
    for (const piece of step) {
      pieces.push(piece);
      bytes += piece.length;
      if (bytes < BLOCK_BYTES) continue;
      yield joined(pieces);
      pieces = [];
      bytes = 0;
    }
  }
  if (bytes > 0) yield joined(pieces);
}

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  // Memory of its own, not cleared before it is written.
  const block = Buffer.allocUnsafeSlow(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    block.set(piece, at);
    at += piece.length;
  }
  return block;
}
