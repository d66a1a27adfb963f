import type { ClientRequest, IncomingMessage } from "node:http";
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import type { Socket } from "node:net";
import type { Log } from "../../../base/log.ts";
import { failure } from "../../../machinery/status.ts";
import type { RelayHandler, RelayTls } from "../../../apiserver/streams.ts";
import { answerPlain } from "./plain-response.ts";
import { type TrustOptions, trustIn } from "../http/trust.ts";

/** How long another server may take to answer an upgrade. */
const ANSWER_TIMEOUT_MS = 30_000;

/** Passes a request for an upgrade on to another server, and then all bytes in both directions until either side ends. */
export function relayUpgrade(handler: RelayHandler, socket: Socket, head: Buffer, log: Log): Promise<void> {
  return new Promise((resolve) => {
    const request = openRequest(handler);
    const onGone = () => request.destroy();
    socket.once("close", onGone);
    request.setTimeout(ANSWER_TIMEOUT_MS, () => request.destroy(new Error("the other server did not answer")));
    request.on("upgrade", (response, upstream, upstreamHead) => {
      socket.off("close", onGone);
      upstream.setTimeout(0);
      socket.write(headOf(response));
      if (upstreamHead.length > 0) socket.write(upstreamHead);
      if (head.length > 0) upstream.write(head);
      join(socket, upstream as Socket, resolve);
    });
    request.on("response", (response) => {
      const {
        ["content-length"]: _length,
        connection: _connection,
        ["transfer-encoding"]: _encoding,
        ...headers
      } = response.headers;
      const chunks = response.map((chunk: Buffer) => [chunk]);
      answerPlain(socket, response.statusCode ?? 502, headers as Record<string, string>, { type: "chunks", chunks })
        .catch(() => socket.destroy())
        .finally(resolve);
    });
    request.on("error", (error) => {
      if (socket.destroyed) {
        resolve();
        return;
      }
      log.debug("upgrade not relayed", { url: handler.url, error });
      const { status } = failure(502, "", `error dialing backend: ${error.message}`);
      const body = Buffer.from(JSON.stringify(status));
      void answerPlain(socket, 502, { "content-type": "application/json" }, body).finally(resolve);
    });
    request.end();
  });
}

/** TLS options of an outgoing connection, as Node names them. */
export function tlsOptions(tls: RelayTls | undefined): TrustOptions & {
  cert?: string;
  key?: string;
  servername?: string;
  rejectUnauthorized?: boolean;
} {
  if (tls === undefined) return {};
  const { ca, certificate, key, serverName, insecure } = tls;
  return {
    ...trustIn(ca),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(key === undefined ? {} : { key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
    ...(insecure === true ? { rejectUnauthorized: false } : {}),
  };
}

function openRequest({ url, method, headers, tls }: RelayHandler): ClientRequest {
  const options = { method, headers, agent: false as const };
  return url.startsWith("https:") ? requestHttps(url, { ...options, ...tlsOptions(tls) }) : requestHttp(url, options);
}

/** The head of a 101 as it came. */
function headOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): string {
  let text = `HTTP/1.1 ${statusCode} ${statusMessage}\r\n`;
  for (let index = 0; index < rawHeaders.length; index += 2)
    text += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`;
  return `${text}\r\n`;
}

/** All bytes both ways, until either side is gone. */
export function join(one: Socket, other: Socket, done: () => void): void {
  let open = 2;
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.setNoDelay(true);
    from.on("error", () => {});
    from.pipe(to);
    from.once("close", () => {
      to.destroySoon();
      if (--open === 0) done();
    });
  }
}
