import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { HttpAnswer, HttpCall, HttpCarrier } from "../../../client/http-transport.ts";

export interface CarrierOptions {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** PEM texts: the authority that signed the server's certificate, and the client's own certificate. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

/** Connections kept open; watches hold one each for as long as they run. */
const MOST_IDLE = 32;

/** Sends requests over kept-alive TLS connections. */
export function createCarrier({ server, ca, certificate, key }: CarrierOptions): HttpCarrier & Disposable {
  const agent = new Agent({ keepAlive: true, maxFreeSockets: MOST_IDLE, ca, cert: certificate, key });
  const { hostname, port } = new URL(server);
  return {
    send: (call) => send(call, { agent, hostname, port }),
    [Symbol.dispose]: () => agent.destroy(),
  };
}

function send(call: HttpCall, where: { agent: Agent; hostname: string; port: string }): Promise<HttpAnswer> {
  const { method, target, headers, body, signal } = call;
  return new Promise((resolve, reject) => {
    const sent = request({
      ...where,
      method,
      path: target,
      headers: body === undefined ? headers : { ...headers, "content-length": String(body.length) },
      signal: signal as globalThis.AbortSignal,
    });
    sent.on("response", (response) => resolve(answerOf(response)));
    sent.on("error", reject);
    sent.end(body);
  });
}

function answerOf(response: IncomingMessage): HttpAnswer {
  const headers: Record<string, string | undefined> = {};
  for (const [name, value] of Object.entries(response.headers)) {
    headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return { status: response.statusCode ?? 0, headers, body: response };
}
