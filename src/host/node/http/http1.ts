import type { IncomingMessage, ServerResponse } from "node:http";
import { BodyTooLarge } from "../../../apiserver/http.ts";
import type { ApiRequest } from "../../../apiserver/http.ts";
import { readBody } from "./body.ts";
import type { Carrier, ResponseHeaders, Service } from "./exchange.ts";
import { exchange } from "./exchange.ts";
import { peerOf } from "./peer.ts";
import type { HostRequest } from "./request.ts";
import { makeRequest } from "./request.ts";

/** Serves one request of an HTTP/1.1 connection. `waitsForContinue`: the client sends its body only when told to. */
export function serveHttp1(
  message: IncomingMessage,
  response: ServerResponse,
  service: Service,
  waitsForContinue: boolean,
): void {
  const carrier = new Http1Carrier(message, response, service);
  const request = http1Request(message, {
    onGone: (listener) => {
      if (response.destroyed) listener();
      else response.once("close", () => response.writableFinished || listener());
    },
    body: (limit) => {
      if (waitsForContinue) response.writeContinue();
      const declared = declaredBytes(message);
      return readBody(message, limit, declared).catch((error: unknown) => {
        if (error instanceof BodyTooLarge) carrier.closeAfter = true;
        throw error;
      });
    },
  });
  void exchange(request, carrier, service);
}

export function http1Request(
  message: IncomingMessage,
  { onGone, body }: { onGone: (listener: () => void) => void; body: ApiRequest["body"] },
): HostRequest {
  return makeRequest({
    method: message.method!,
    url: originForm(message.url!),
    // Node joins the values of a repeated header, but for set-cookie, which no request carries.
    headers: message.headers as ApiRequest["headers"],
    peer: peerOf(message.socket),
    body,
    onGone,
  });
}

/** A client that takes us for a proxy sends the whole URL. */
function originForm(url: string): string {
  return url.startsWith("/") ? url : url.replace(/^[a-z]+:\/\/[^/?]*/i, "") || "/";
}

function declaredBytes({ headers }: IncomingMessage): number | undefined {
  const length = headers["content-length"];
  if (length !== undefined) return Number(length);
  return headers["transfer-encoding"] === undefined ? 0 : undefined;
}

class Http1Carrier implements Carrier {
  closeAfter = false;
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #service: Service;

  constructor(message: IncomingMessage, response: ServerResponse, service: Service) {
    this.#message = message;
    this.#response = response;
    this.#service = service;
  }

  get acceptEncoding(): string | undefined {
    return this.#message.headers["accept-encoding"] as string | undefined;
  }

  sendWhole(status: number, headers: ResponseHeaders, body: Uint8Array | undefined): void {
    const list = this.#list(headers);
    if (status !== 204 && status !== 304 && headers["content-length"] === undefined) {
      list.push("content-length", String(body?.length ?? 0));
    }
    this.#response.writeHead(status, list);
    this.#response.end(body);
  }

  start(status: number, headers: ResponseHeaders, now: boolean): ServerResponse {
    this.#response.writeHead(status, this.#list(headers));
    if (now) this.#response.flushHeaders();
    return this.#response;
  }

  breakOff(): void {
    this.#message.socket.destroy();
  }

  #list(headers: ResponseHeaders): string[] {
    const list: string[] = [];
    for (const name in headers) {
      const value = headers[name]!;
      if (typeof value === "string") list.push(name, value);
      else for (const one of value) list.push(name, one);
    }
    if (this.closeAfter || this.#service.lifetimes.closing) list.push("connection", "close");
    return list;
  }
}
