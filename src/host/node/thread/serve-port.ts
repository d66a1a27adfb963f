import type { MessagePort } from "node:worker_threads";
import type { ApiResponse, ChunkedBody, Peer } from "../../../apiserver/http.ts";
import { ask, type Service } from "../http/exchange.ts";
import { makeRequest } from "../http/request.ts";
import type { Asked, Told } from "./messages.ts";
import { Outbox } from "./outbox.ts";

/** So many bytes of one answer are under way at most: a thread that reads slowly holds its own watches back. */
const WINDOW_BYTES = 4 * 1024 * 1024;

export type PortService = Pick<Service, "handler" | "log">;

/** Answers what another thread asks. The thread is part of this process: it is believed who its callers are. */
export function servePort(port: MessagePort, service: PortService): void {
  const exchanges = new Map<number, Exchange>();
  const outbox = new Outbox<Told>(port);
  const begin = (call: Call): void => {
    const exchange = new Exchange(call, outbox);
    exchanges.set(call.id, exchange);
    void exchange.run(service).finally(() => exchanges.delete(call.id));
  };
  port.on("message", (asked: readonly Asked[]) => {
    for (const item of asked) {
      if (item.type === "call") begin(item);
      else if (item.type === "cancel") exchanges.get(item.id)?.cancel();
      else exchanges.get(item.id)?.wasRead(item.bytes);
    }
  });
  port.on("close", () => {
    for (const exchange of exchanges.values()) exchange.cancel();
  });
}

type Call = Extract<Asked, { type: "call" }>;

class Exchange {
  readonly #call: Call;
  readonly #outbox: Outbox<Told>;
  #unread = 0;
  #roomAgain: (() => void) | undefined;
  #cancelled = false;
  #onGone: (() => void) | undefined;

  constructor(call: Call, outbox: Outbox<Told>) {
    this.#call = call;
    this.#outbox = outbox;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#onGone?.();
    this.#roomAgain?.();
  }

  wasRead(bytes: number): void {
    this.#unread -= bytes;
    if (this.#unread < WINDOW_BYTES) this.#roomAgain?.();
  }

  async run(service: PortService): Promise<void> {
    const { id, method, target, headers, body, user } = this.#call;
    const request = makeRequest({
      method,
      url: target,
      headers,
      peer: peerOf(user),
      body: async () => body ?? EMPTY,
      onGone: (listener) => {
        if (this.#cancelled) listener();
        else this.#onGone = listener;
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

  #send({ status, body }: ApiResponse): Promise<void> | void {
    const { id } = this.#call;
    if (body === undefined || body instanceof Uint8Array) {
      return this.#outbox.add({ type: "answer", id, status, body: body ?? EMPTY });
    }
    if (body.type === "upgrade") throw new Error("a thread has no connection that could be taken over");
    this.#outbox.add({ type: "begin", id, status });
    return this.#stream(body);
  }

  async #stream({ chunks }: ChunkedBody): Promise<void> {
    const { id } = this.#call;
    for await (const step of chunks) {
      for (const bytes of step) {
        this.#unread += bytes.length;
        this.#outbox.add({ type: "piece", id, bytes });
      }
      while (this.#unread >= WINDOW_BYTES && !this.#cancelled) {
        await new Promise<void>((resolve) => (this.#roomAgain = resolve));
      }
      if (this.#cancelled) return;
    }
    this.#outbox.add({ type: "end", id });
  }
}

const EMPTY = new Uint8Array();

/** As if it had shown a certificate of that name. */
function peerOf({ name, groups }: Call["user"]): Peer {
  const organizations = groups.filter((group) => group !== "system:authenticated");
  return { address: "", certificate: { commonName: name, organizations, fingerprint: `thread:${name}` } };
}
