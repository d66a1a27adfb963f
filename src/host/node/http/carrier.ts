import { Agent, request } from "node:https";
import type { IncomingMessage } from "node:http";
import type { HttpAnswer, HttpCall, HttpCarrier } from "../../../client/http-transport.ts";

/** By what a client is known: its certificate and key in PEM, or a bearer token. */
export type ClientIdentity = { readonly certificate: string; readonly key: string } | { readonly token: string };

export type CarrierOptions = ClientIdentity & {
  /** `https://127.0.0.1:6443`. */
  readonly server: string;
  /** The authority that signed the server's certificate, in PEM. */
  readonly ca: string;
};

export interface Carrier extends HttpCarrier, Disposable {
  /** New connections show another identity from now on; what is under way ends as it began. */
  identify(identity: ClientIdentity): void;
}

/** Connections kept open; watches hold one each for as long as they run. */
const MOST_IDLE = 32;

/** Sends requests over kept-alive TLS connections. */
export function createCarrier({ server, ca, ...identity }: CarrierOptions): Carrier {
  const { hostname, port } = new URL(server);
  // An IPv6 address stands in brackets in a URL, and nowhere else.
  const where = { hostname: hostname.replace(/^\[(.*)\]$/, "$1"), port };
  let present = connections(ca, identity);
  const former: Agent[] = [];
  return {
    send: (call) => send(call, { ...where, ...present }),
    identify(next) {
      const { agent } = present;
      present = connections(ca, next);
      // Whatever becomes free is closed, and used no more.
      agent.maxFreeSockets = 0;
      for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      former.push(agent);
    },
    [Symbol.dispose]() {
      for (const agent of [...former, present.agent]) agent.destroy();
    },
  };
}

interface Connections {
  readonly agent: Agent;
  readonly authorization: Readonly<Record<string, string>>;
}

function connections(ca: string, identity: ClientIdentity): Connections {
  const kept = { keepAlive: true, maxFreeSockets: MOST_IDLE, ca };
  if ("token" in identity)
    return { agent: new Agent(kept), authorization: { authorization: `Bearer ${identity.token}` } };
  return { agent: new Agent({ ...kept, cert: identity.certificate, key: identity.key }), authorization: {} };
}

function send(call: HttpCall, where: Connections & { hostname: string; port: string }): Promise<HttpAnswer> {
  const { method, target, body, signal } = call;
  const { authorization, ...to } = where;
  const headers = { ...call.headers, ...authorization };
  return new Promise((resolve, reject) => {
    const sent = request({
      ...to,
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
