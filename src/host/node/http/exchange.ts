import { pipeline } from "node:stream";
import type { Log } from "../../../base/log.ts";
import type { ApiResponse, ChunkedBody } from "../../../apiserver/http.ts";
import { badRequest, internalError, StatusError } from "../../../machinery/status.ts";
import { acceptsGzip, compress, COMPRESS_BEYOND_BYTES, compressor } from "./compression.ts";
import type { Lifetimes } from "./lifetimes.ts";
import type { HostRequest } from "./request.ts";
import type { WriteTarget } from "./joined-writer.ts";
import { JoinedWriter, type PushedChunks } from "./joined-writer.ts";

export type Handler = (request: HostRequest) => Promise<ApiResponse>;

export type ResponseHeaders = ApiResponse["headers"];

/** The way back to one client, over either version of HTTP. */
export interface Carrier {
  readonly acceptEncoding: string | undefined;
  /** The head and all of the body in one write. */
  sendWhole(status: number, headers: ResponseHeaders, body: Uint8Array | undefined): void;
  /** The head, at once if `now`, else together with the first bytes. */
  start(status: number, headers: ResponseHeaders, now: boolean): WriteTarget;
  /** Breaks off an answer that has begun, so that the client sees it is not whole. */
  breakOff(): void;
}

export interface Service {
  readonly handler: Handler;
  readonly log: Log;
  readonly lifetimes: Lifetimes;
}

/** Asks the handler and sends what it says. Never rejects: a failing handler is logged and answered with 500. */
export async function exchange(request: HostRequest, carrier: Carrier, service: Service): Promise<void> {
  const response = await ask(request, service);
  try {
    await send(request, response, carrier, service.lifetimes);
  } catch (error) {
    carrier.breakOff();
    if (request.signal.aborted) return;
    service.log.error("response broken off", { method: request.method, path: request.path, error });
  }
}

/** The handler's answer, or the status that it throws, or 500 where it fails. */
export async function ask(
  request: HostRequest,
  { handler, log }: Pick<Service, "handler" | "log">,
): Promise<ApiResponse> {
  try {
    return await handler(request);
  } catch (error) {
    if (error instanceof StatusError) return statusResponse(error);
    if (!request.signal.aborted) log.error("request failed", { method: request.method, path: request.path, error });
    return statusResponse(internalError(error));
  }
}

function statusResponse({ code, status }: StatusError): ApiResponse {
  const body = new TextEncoder().encode(JSON.stringify(status));
  return { status: code, headers: { "content-type": "application/json" }, body };
}

function send(
  request: HostRequest,
  { status, headers, body }: ApiResponse,
  carrier: Carrier,
  lifetimes: Lifetimes,
): Promise<void> | void {
  if (body === undefined || body instanceof Uint8Array) {
    if (body !== undefined && body.length > COMPRESS_BEYOND_BYTES && mayCompress(headers, carrier)) {
      return compress(body).then((small) => carrier.sendWhole(status, compressed(headers), small));
    }
    carrier.sendWhole(status, headers, body);
    return;
  }
  if (body.type === "upgrade")
    return send(request, statusResponse(badRequest("Upgrade request required")), carrier, lifetimes);
  if (body.compressible === true && mayCompress(headers, carrier))
    return sendCompressible(status, headers, body, carrier);
  if (!isLive(body)) return pump(body.chunks, carrier.start(status, headers, false));
  const release = lifetimes.hold(request.abort());
  return pump(body.chunks, carrier.start(status, headers, true)).finally(release);
}

/** Whether a body is made as things happen. */
export function isLive({ chunks, live = Symbol.asyncIterator in chunks }: ChunkedBody): boolean {
  return live;
}

/** Collects until it is known whether the whole is long enough to be compressed. */
async function sendCompressible(
  status: number,
  headers: ResponseHeaders,
  { chunks }: ChunkedBody,
  carrier: Carrier,
): Promise<void> {
  const iterator = iteratorOf(chunks);
  const collected: Uint8Array[] = [];
  let bytes = 0;
  for (;;) {
    const step = await iterator.next();
    if (step.done === true) {
      carrier.sendWhole(status, headers, Buffer.concat(collected, bytes));
      return;
    }
    for (const chunk of step.value) {
      collected.push(chunk);
      bytes += chunk.length;
    }
    if (bytes > COMPRESS_BEYOND_BYTES) break;
  }
  const target = carrier.start(status, compressed(headers), false);
  const gzip = compressor();
  pipeline(gzip, target as unknown as NodeJS.WritableStream, () => {});
  await pump(concatenated(collected, iterator), gzip);
}

async function* concatenated(
  first: readonly Uint8Array[],
  rest: AsyncIterator<readonly Uint8Array[]> | Iterator<readonly Uint8Array[]>,
): AsyncGenerator<readonly Uint8Array[]> {
  try {
    yield first;
    for (;;) {
      const step = await rest.next();
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await rest.return?.();
  }
}

/** Writes chunks as they come, at the pace of the reader, until there are no more or the reader is gone. */
export async function pump(chunks: ChunkedBody["chunks"], target: WriteTarget): Promise<void> {
  const writer = new JoinedWriter(target);
  if ("pushTo" in chunks) {
    await (chunks as PushedChunks).pushTo(writer);
  } else if (Symbol.asyncIterator in chunks) {
    for await (const step of chunks) {
      writer.push(step);
      if (writer.blocked) await writer.drained();
      if (writer.gone) return;
    }
  } else {
    for (const step of chunks) {
      writer.push(step);
      if (writer.blocked) await writer.drained();
      if (writer.gone) return;
    }
  }
  writer.end();
}

function iteratorOf(
  chunks: ChunkedBody["chunks"],
): AsyncIterator<readonly Uint8Array[]> | Iterator<readonly Uint8Array[]> {
  return Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]();
}

function mayCompress(headers: ResponseHeaders, { acceptEncoding }: Carrier): boolean {
  return headers["content-encoding"] === undefined && acceptsGzip(acceptEncoding);
}

function compressed(headers: ResponseHeaders): ResponseHeaders {
  const vary = headers["vary"];
  return {
    ...headers,
    "content-encoding": "gzip",
    vary: vary === undefined ? "accept-encoding" : [vary, "accept-encoding"].flat(),
  };
}
