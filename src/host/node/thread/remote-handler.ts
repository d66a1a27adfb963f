import type { MessagePort } from "node:worker_threads";
import type { Handler } from "../http/exchange.ts";
import type { HostRequest } from "../http/request.ts";
import { PortCalls } from "./port-calls.ts";

/** Bodies that are declared to be no longer than this are read before anybody wants them: they have mostly come with their heads. */
const READ_AHEAD_BYTES = 256 * 1024;

/** Has requests answered by a handler in another thread. */
export function remoteHandler(port: MessagePort): Handler {
  const calls = new PortCalls(port);
  return (request) => {
    const { peer, method, url, headers } = request;
    return calls.ask({
      peer,
      method,
      target: url,
      headers,
      body: readAhead(request),
      readBody: request.body,
      signal: () => request.signal,
    }).answer;
  };
}

function readAhead({ method, headers, body }: HostRequest): Promise<Uint8Array> | Uint8Array | undefined {
  const length = headers["content-length"];
  if (length === undefined) {
    return headers["transfer-encoding"] === undefined && BODILESS.has(method) ? NOTHING : undefined;
  }
  if (Number(length) > READ_AHEAD_BYTES || headers["expect"] !== undefined) return undefined;
  return body(READ_AHEAD_BYTES);
}

const BODILESS: ReadonlySet<string> = new Set(["GET", "HEAD"]);
const NOTHING = new Uint8Array(0);
