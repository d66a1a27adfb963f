import { type IncomingMessage, request as sendPlain } from "node:http";
import { request as sendTls } from "node:https";
import type { ApiRequest, ApiResponse } from "../../../apiserver/http.ts";
import type { RequestForwarder } from "../../../apiserver/proxies.ts";
import { plainAgent, type PodWays, tlsAgent } from "./pod-ways.ts";
import { type ProxyPlace, proxiedLink, withProxiedLinks } from "./proxied-links.ts";
import { serviceUnavailable } from "../../../machinery/status.ts";

/** Bodies are read whole before they go on: as large as an object of the API may be. */
export const BODY_LIMIT_BYTES = 3 * 1024 * 1024;

/** What belongs to one connection, or to the client's way to the API server, is not for those behind it. */
const OWN_HEADERS = new Set([
  "authorization",
  // Pages are read on the way.
  "accept-encoding",
  "connection",
  "host",
  "content-length",
  "transfer-encoding",
  "upgrade",
  "keep-alive",
  "te",
]);

/** Passes requests on to pods and services; their certificates are not checked, as Kubernetes does for proxied pods. */
export function createForwarder(ways: PodWays): RequestForwarder & Disposable {
  const plain = plainAgent(ways, { keepAlive: true });
  const tls = tlsAgent(ways, { keepAlive: true, rejectUnauthorized: false });
  return {
    async forward(request, url, prefix) {
      const body =
        request.method === "GET" || request.method === "HEAD" ? undefined : await request.body(BODY_LIMIT_BYTES);
      const options = {
        method: request.method,
        headers: passedOn(request, body),
        signal: request.signal as globalThis.AbortSignal,
      };
      return new Promise((resolve, reject) => {
        const sent = url.startsWith("https:")
          ? sendTls(url, { ...options, agent: tls })
          : sendPlain(url, { ...options, agent: plain });
        sent.on("error", (error) => reject(serviceUnavailable(`error trying to reach service: ${error.message}`)));
        const place = prefix === undefined ? undefined : { prefix, url };
        sent.on("response", (response) => resolve(answerOf(response, place)));
        sent.end(body);
      });
    },
    [Symbol.dispose]() {
      plain.destroy();
      tls.destroy();
    },
  };
}

/** The client's headers, as far as they are meant for whoever answers. */
export function passedOn({ headers }: ApiRequest, body: Uint8Array | undefined): Record<string, string> {
  const passed: Record<string, string> = body === undefined ? {} : { "content-length": String(body.length) };
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 tells method and path as headers whose names begin with a colon.
    const isOurs = OWN_HEADERS.has(name) || name.startsWith("impersonate-") || name.startsWith(":");
    if (value !== undefined && !isOurs) passed[name] = value;
  }
  return passed;
}

/** @param place where pages are read on the way, that their links stay within */
export function answerOf(response: IncomingMessage, place: ProxyPlace | undefined): ApiResponse {
  const headers: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    if (value !== undefined && !OWN_HEADERS.has(name)) headers[name] = value;
  }
  const status = response.statusCode ?? 502;
  if (place === undefined) return { status, headers, body: { type: "chunks", chunks: chunksOf(response) } };
  if (response.headers.location !== undefined) headers["location"] = proxiedLink(response.headers.location, place);
  const isPage = response.headers["content-type"]?.startsWith("text/html") === true;
  const body: AsyncIterable<Uint8Array> = isPage ? withProxiedLinks(response, place) : response;
  return { status, headers, body: { type: "chunks", chunks: chunksOf(body) } };
}

async function* chunksOf(source: AsyncIterable<Uint8Array>): AsyncIterable<readonly Uint8Array[]> {
  for await (const chunk of source) yield [chunk];
}
