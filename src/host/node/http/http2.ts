import type { Http2Session, IncomingHttpHeaders, OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { Socket } from "node:net";
import { BodyTooLarge } from "../../../apiserver/http.ts";
import type { ApiRequest } from "../../../apiserver/http.ts";
import { readBody } from "./body.ts";
import type { Carrier, ResponseHeaders, Service } from "./exchange.ts";
import { exchange } from "./exchange.ts";
import { peerOf } from "./peer.ts";
import { makeRequest } from "./request.ts";

const peers = new WeakMap<Http2Session, ApiRequest["peer"]>();

/** Serves one stream of an HTTP/2 connection, by the stream's own interface: the one made to look like HTTP/1.1 costs twice as much. */
export function serveHttp2(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, service: Service): void {
  // A reset stream emits an error, which its close tells as well.
  stream.on("error", () => {});
  const session = stream.session;
  if (session === undefined) return;
  let peer = peers.get(session);
  if (peer === undefined) {
    peer = peerOf(session.socket as Socket);
    peers.set(session, peer);
  }
  headers.host ??= headers[":authority"];
  const method = headers[":method"]!;
  const request = makeRequest({
    method,
    url: headers[":path"]!,
    headers: headers as ApiRequest["headers"],
    peer,
    body: (limit) => {
      if (headers.expect === "100-continue") stream.additionalHeaders({ ":status": 100 });
      return readBody(stream, limit, stream.endAfterHeaders ? 0 : declaredBytes(headers)).catch((error: unknown) => {
        // What is still to come will not be read: the client is told to stop, once it has its answer.
        if (error instanceof BodyTooLarge) stream.once("finish", () => stream.close(constants.NGHTTP2_NO_ERROR));
        throw error;
      });
    },
    onGone: (listener) => {
      if (stream.destroyed) listener();
      // A stream that its client resets is ended as well as aborted.
      else stream.once("close", () => (stream.writableFinished && !stream.aborted) || listener());
    },
  });
  void exchange(
    request,
    new Http2Carrier(stream, headers["accept-encoding"] as string | undefined, method === "HEAD"),
    service,
  );
}

function declaredBytes(headers: IncomingHttpHeaders): number | undefined {
  const length = headers["content-length"];
  return length === undefined ? undefined : Number(length);
}

class Http2Carrier implements Carrier {
  readonly acceptEncoding: string | undefined;
  readonly #stream: ServerHttp2Stream;
  readonly #headOnly: boolean;

  constructor(stream: ServerHttp2Stream, acceptEncoding: string | undefined, headOnly: boolean) {
    this.#stream = stream;
    this.acceptEncoding = acceptEncoding;
    this.#headOnly = headOnly;
  }

  sendWhole(status: number, headers: ResponseHeaders, body: Uint8Array | undefined): void {
    const stream = this.#stream;
    if (stream.destroyed) return;
    const head = outgoing(status, headers);
    if (status !== 204 && status !== 304) head["content-length"] ??= String(body?.length ?? 0);
    if (body === undefined || body.length === 0 || this.#headOnly) stream.respond(head, { endStream: true });
    else {
      stream.respond(head);
      stream.end(body);
    }
  }

  start(status: number, headers: ResponseHeaders): ServerHttp2Stream {
    const stream = this.#stream;
    if (!stream.destroyed) stream.respond(outgoing(status, headers), { endStream: this.#headOnly });
    return stream;
  }

  breakOff(): void {
    this.#stream.close(constants.NGHTTP2_INTERNAL_ERROR);
  }
}

function outgoing(status: number, headers: ResponseHeaders): OutgoingHttpHeaders {
  const head: OutgoingHttpHeaders = { ":status": status };
  for (const name in headers) {
    // Headers of the connection have no place in HTTP/2.
    if (name !== "connection" && name !== "keep-alive" && name !== "transfer-encoding") {
      head[name] = headers[name] as string | string[];
    }
  }
  return head;
}
